#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# A real repository ($INPUT/repo.git: the schema and the set-up of this project, with their history) is cloned, changed, committed,
# branched, merged and packed.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null HOME="$INPUT"
export GIT_AUTHOR_NAME=Golden GIT_AUTHOR_EMAIL=golden@example.org GIT_COMMITTER_NAME=Golden GIT_COMMITTER_EMAIL=golden@example.org

git clone --quiet --no-local "file://$INPUT/repo.git" work
cd work
git checkout --quiet -b topic
for file in $(git ls-files | head -8); do
	echo "// a line more" >>"$file"
done
git add --all
git commit --quiet --message "a line more in eight files"
git mv "$(git ls-files | tail -1)" moved
git rm --quiet "$(git ls-files | head -1)"
git commit --quiet --message "one file moved, one removed"
git checkout --quiet -
echo "apart" >apart
git add apart
git commit --quiet --message "apart"
git merge --quiet --message "together" topic
git stash list
git -c gc.pruneExpire=now -c pack.threads=4 gc --quiet
git fsck --full --strict --no-progress
test -z "$(git status --porcelain)"
git log --oneline | wc -l
