// SPDX-License-Identifier: MIT OR Apache-2.0
//! Directory listings of another version, which may come in another order and in other portions.
//!
//! A listing is what was answered between its start (cookie 0) and its end. While both versions list in the same order, a
//! name that one of them lacks is found at once; otherwise when the recorded listing ends. Names that were made or taken away meanwhile may be there or not.

use super::compare::join_names;
use crate::mix::MixMap;
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use bytes::Bytes;
use std::collections::{HashMap, HashSet};

/// A listing under way.
#[derive(Debug, Clone, Default)]
struct Open {
    /// Names that one side has listed and the other has not.
    only_recorded: HashMap<Bytes, pb::DirEntry>,
    only_replayed: HashMap<Bytes, pb::DirEntry>,
    /// Changed since the start.
    touched: HashSet<Bytes>,
    /// Where the recorded listing and the replay's go on.
    next: (u64, u64),
    /// By recorded cookie: the replay's, learned by name.
    cookies: MixMap<u64, u64>,
    /// The replay has listed all.
    replayed_ended: bool,
}

/// The listings under way, by recorded nodeid and handle.
#[derive(Debug, Clone, Default)]
pub struct Listings {
    open: MixMap<(u64, u64), Open>,
    /// Listings by directory, so that ops on names cost nothing where none is under way.
    directories: MixMap<u64, u32>,
}

/// What a pair of portions showed.
#[derive(Debug, Default)]
pub struct Portion {
    /// Entries of the same name, to be compared.
    pub pairs: Vec<(pb::DirEntry, pb::DirEntry)>,
    /// Names that should have been listed and were not, for people; and those that should not.
    pub missing: String,
    /// See `missing`.
    pub extra: String,
    /// The recorded listing is over and the replay's is not: ask on from this cookie.
    pub ask_on: Option<u64>,
}

impl Listings {
    /// The replay's cookie for a recorded one.
    pub fn cookie(&self, node: u64, fh: u64, recorded: u64) -> Option<u64> {
        if recorded == 0 {
            return Some(0);
        }
        let open = self.open.get(&(node, fh))?;
        if open.next.0 == recorded { Some(open.next.1) } else { open.cookies.get(&recorded).copied() }
    }

    /// Notes that a name changed.
    pub fn touch(&mut self, op: &pb::Op) {
        if self.directories.is_empty() {
            return;
        }
        match &op.request {
            Some(Request::Create(r)) => self.touch_name(op.nodeid, &r.name),
            Some(Request::Mknod(r)) => self.touch_name(op.nodeid, &r.name),
            Some(Request::Mkdir(r)) => self.touch_name(op.nodeid, &r.name),
            Some(Request::Symlink(r)) => self.touch_name(op.nodeid, &r.name),
            Some(Request::Unlink(r) | Request::Rmdir(r)) => self.touch_name(op.nodeid, &r.name),
            Some(Request::Link(r)) => self.touch_name(r.new_parent, &r.new_name),
            Some(Request::Rename(r)) => {
                self.touch_name(op.nodeid, &r.name);
                self.touch_name(r.new_parent, &r.new_name);
            }
            _ => {}
        }
    }

    fn touch_name(&mut self, directory: u64, name: &Bytes) {
        if self.directories.contains_key(&directory) {
            for (_, open) in self.open.iter_mut().filter(|((node, _), _)| *node == directory) {
                open.touched.insert(name.clone());
            }
        }
    }

    /// The handle is closed.
    pub fn close(&mut self, node: u64, fh: u64) {
        if self.open.remove(&(node, fh)).is_some()
            && let Some(count) = self.directories.get_mut(&node)
        {
            *count -= 1;
            if *count == 0 {
                self.directories.remove(&node);
            }
        }
    }

    /// Takes the two answers to one READDIR of `node` with the recorded `request`.
    pub fn portion(&mut self, node: u64, request: &pb::Readdir, recorded: &pb::Listing, replayed: &pb::Listing) -> Portion {
        let key = (node, request.fh);
        if !self.open.contains_key(&key) {
            *self.directories.entry(node).or_default() += 1;
        }
        let open = self.open.entry(key).or_default();
        if request.cookie == 0 {
            *open = Open::default();
        } else if request.cookie != open.next.0 {
            // A jump: what was pending is not settled by what follows.
            open.only_recorded.clear();
            open.only_replayed.clear();
            open.replayed_ended = false;
        }
        let mut portion = Portion::default();
        let (recorded_entries, recorded_next) = absolute(recorded, request.cookie);
        let asked =
            if open.next.0 == request.cookie { open.next.1 } else { open.cookies.get(&request.cookie).copied().unwrap_or(0) };
        let (replayed_entries, replayed_next) = absolute(replayed, asked);
        open.replayed_ended |= replayed.entry.is_empty();
        open.next = (recorded_next, replayed_next);

        let shared = shared_order(&recorded_entries, &replayed_entries);
        if let Some(shared) = &shared {
            let mut missing = shared.missing.clone();
            let mut extra = shared.extra.clone();
            missing.retain(|name| !open.touched.contains(name) && !open.only_replayed.contains_key(name));
            extra.retain(|name| !open.touched.contains(name) && !open.only_recorded.contains_key(name));
            portion.missing = join_names(missing.iter().map(|name| &name[..]));
            portion.extra = join_names(extra.iter().map(|name| &name[..]));
            // Said now, so not again at the end.
            open.touched.extend(missing);
            open.touched.extend(extra);
        }
        let replayed_cookies: HashMap<&Bytes, u64> =
            replayed_entries.iter().map(|(entry, cookie)| (&entry.name, *cookie)).collect();
        for (entry, cookie) in &recorded_entries {
            if let Some(&other) = replayed_cookies.get(&entry.name) {
                open.cookies.insert(*cookie, other);
            }
        }
        for (entry, _) in recorded_entries {
            match open.only_replayed.remove(&entry.name) {
                Some(other) => portion.pairs.push((entry.clone(), other)),
                None => drop(open.only_recorded.insert(entry.name.clone(), entry.clone())),
            }
        }
        for (entry, _) in replayed_entries {
            match open.only_recorded.remove(&entry.name) {
                Some(other) => portion.pairs.push((other, entry.clone())),
                None => drop(open.only_replayed.insert(entry.name.clone(), entry.clone())),
            }
        }
        if open.replayed_ended && !recorded.entry.is_empty() {
            // The replay has listed all that it has: what is still missing stays missing.
            let Open { only_recorded, touched, .. } = &mut *open;
            let mut missing: Vec<Bytes> =
                only_recorded.drain().map(|(name, _)| name).filter(|name| !touched.contains(name)).collect();
            missing.sort();
            add(&mut portion.missing, &join_names(missing.iter().map(|name| &name[..])));
        }
        if recorded.entry.is_empty() && request.cookie != 0 || recorded.entry.is_empty() && replayed.entry.is_empty() {
            open.settle(&mut portion);
        } else if recorded.entry.is_empty() {
            portion.ask_on = Some(open.next.1);
        }
        portion
    }

    /// Takes a further portion of the replay's, asked for after the recorded listing had ended.
    pub fn further(&mut self, node: u64, fh: u64, replayed: &pb::Listing) -> Portion {
        let mut portion = Portion::default();
        let Some(open) = self.open.get_mut(&(node, fh)) else { return portion };
        let (entries, next) = absolute(replayed, open.next.1);
        open.replayed_ended |= replayed.entry.is_empty();
        open.next.1 = next;
        for (entry, _) in entries {
            match open.only_recorded.remove(&entry.name) {
                Some(other) => portion.pairs.push((other, entry.clone())),
                None => drop(open.only_replayed.insert(entry.name.clone(), entry.clone())),
            }
        }
        open.settle(&mut portion);
        portion
    }
}

impl Open {
    /// The recorded listing is over: what is still on one side only differs, once the replay's is over too.
    fn settle(&mut self, portion: &mut Portion) {
        if !self.replayed_ended {
            portion.ask_on = Some(self.next.1);
            return;
        }
        let touched = std::mem::take(&mut self.touched);
        let left = |names: &mut HashMap<Bytes, pb::DirEntry>| {
            let mut names: Vec<Bytes> = names.drain().map(|(name, _)| name).filter(|name| !touched.contains(name)).collect();
            names.sort();
            join_names(names.iter().map(|name| &name[..]))
        };
        add(&mut portion.missing, &left(&mut self.only_recorded));
        add(&mut portion.extra, &left(&mut self.only_replayed));
    }
}

/// Adds names to names.
fn add(to: &mut String, names: &str) {
    if !to.is_empty() && !names.is_empty() {
        to.push_str(", ");
    }
    to.push_str(names);
}

/// Entries with absolute cookies, and the cookie after the last.
fn absolute(listing: &pb::Listing, asked: u64) -> (Vec<(&pb::DirEntry, u64)>, u64) {
    let mut cookie = 0_u64;
    let entries = listing.entry.iter().map(|entry| {
        cookie = cookie.wrapping_add_signed(entry.cookie_delta);
        (entry, cookie)
    });
    let entries: Vec<_> = entries.collect();
    let next = entries.last().map_or(asked, |(_, cookie)| *cookie);
    (entries, next)
}

/// Names that only one of two portions has, before the last name that both have.
struct Shared {
    missing: Vec<Bytes>,
    extra: Vec<Bytes>,
}

/// So many common names in one order are no chance.
const NO_CHANCE: usize = 5;

/// Whether both sides list in one order, as far as two portions show it: their common names come in the same order, and either one of
/// them has the same cookie or there are many. And then, what one of the sides skipped.
fn shared_order(a: &[(&pb::DirEntry, u64)], b: &[(&pb::DirEntry, u64)]) -> Option<Shared> {
    let places: HashMap<&Bytes, usize> = b.iter().enumerate().map(|(at, (entry, _))| (&entry.name, at)).collect();
    let common: Vec<(usize, usize)> =
        a.iter().enumerate().filter_map(|(at, (entry, _))| Some((at, *places.get(&entry.name)?))).collect();
    if !common.is_sorted_by_key(|&(_, place)| place) {
        return None;
    }
    // Every file system lists these two first.
    let telling: Vec<_> = common.iter().filter(|(at, _)| !matches!(&a[*at].0.name[..], b"." | b"..")).collect();
    if telling.len() < NO_CHANCE && telling.iter().all(|&&(at, place)| a[at].1 != b[place].1) {
        return None;
    }
    let (last_a, last_b) = *common.last()?;
    let in_a: HashSet<&Bytes> = a.iter().map(|(entry, _)| &entry.name).collect();
    let only = |entries: &[(&pb::DirEntry, u64)], has: &dyn Fn(&Bytes) -> bool| -> Vec<Bytes> {
        entries.iter().map(|(entry, _)| &entry.name).filter(|name| !has(name)).cloned().collect()
    };
    Some(Shared {
        missing: only(&a[..last_a], &|name| places.contains_key(name)),
        extra: only(&b[..last_b], &|name| in_a.contains(name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&'static str], first: u64) -> pb::Listing {
        let mut before = 0;
        let entry = |(at, name): (usize, &&'static str)| {
            let cookie = first + at as u64;
            let delta = cookie as i64 - before;
            before = cookie as i64;
            pb::DirEntry { name: name.as_bytes().into(), ino: 5, cookie_delta: delta, ..Default::default() }
        };
        pb::Listing { entry: names.iter().enumerate().map(entry).collect() }
    }

    fn ask(cookie: u64) -> pb::Readdir {
        pb::Readdir { fh: 1, cookie, size: 4096 }
    }

    #[test]
    fn another_order_and_other_portions_are_the_same_listing() {
        let mut listings = Listings::default();
        let one = listings.portion(1, &ask(0), &listing(&["a", "b", "c"], 10), &listing(&["d", "a"], 50));
        assert_eq!((one.missing, one.extra, one.pairs.len()), (String::new(), String::new(), 1));
        assert_eq!(listings.cookie(1, 1, 12), Some(51), "go on where the replay stopped");
        assert_eq!(listings.cookie(1, 1, 10), Some(51), "after the name");
        let two = listings.portion(1, &ask(12), &listing(&["d"], 13), &listing(&["c", "b"], 52));
        assert_eq!((two.missing, two.extra, two.pairs.len()), (String::new(), String::new(), 3));
        let end = listings.portion(1, &ask(13), &listing(&[], 0), &listing(&[], 0));
        assert_eq!((end.missing, end.extra, end.ask_on), (String::new(), String::new(), None));
    }

    #[test]
    fn a_name_skipped_in_the_same_order_is_found_at_once() {
        let mut listings = Listings::default();
        let found = listings.portion(1, &ask(0), &listing(&["a", "b", "c"], 1), &listing(&["a", "c", "d"], 1));
        assert_eq!((found.missing.as_str(), found.extra.as_str()), ("\"b\"", ""));
    }

    #[test]
    fn a_name_that_is_never_listed_is_found_at_the_end() {
        let mut listings = Listings::default();
        let start = listings.portion(1, &ask(0), &listing(&["a", "b"], 1), &listing(&["b"], 1));
        assert!(start.missing == "\"a\"" || start.missing.is_empty());
        let mut other = Listings::default();
        other.portion(1, &ask(0), &listing(&["a", "b", "c"], 1), &listing(&["c", "b"], 1));
        let end = other.portion(1, &ask(3), &listing(&[], 1), &listing(&[], 1));
        assert_eq!((end.missing.as_str(), end.extra.as_str()), ("\"a\"", ""));
    }

    #[test]
    fn a_name_behind_the_replays_end_is_missing_at_once() {
        let mut listings = Listings::default();
        listings.portion(1, &ask(0), &listing(&["a", "b"], 1), &listing(&["b", "a"], 7));
        let found = listings.portion(1, &ask(2), &listing(&["c"], 3), &listing(&[], 0));
        assert_eq!((found.missing.as_str(), found.extra.as_str()), ("\"c\"", ""));
        let end = listings.portion(1, &ask(3), &listing(&[], 0), &listing(&[], 0));
        assert_eq!(end.missing, "", "said once");
    }

    #[test]
    fn names_that_change_meanwhile_may_be_there_or_not() {
        let mut listings = Listings::default();
        listings.portion(1, &ask(0), &listing(&["a", "b"], 1), &listing(&["b"], 1));
        let mut fresh = Listings::default();
        fresh.portion(1, &ask(0), &listing(&["b", "c", "a"], 1), &listing(&["c", "b"], 1));
        let unlink = pb::Op { nodeid: 1, request: Some(Request::Unlink(pb::Name { name: "a".into() })), ..Default::default() };
        fresh.touch(&unlink);
        let end = fresh.portion(1, &ask(3), &listing(&[], 1), &listing(&[], 1));
        assert_eq!((end.missing.as_str(), end.extra.as_str()), ("", ""));
    }

    #[test]
    fn the_replay_is_asked_on_when_it_lists_more_slowly() {
        let mut listings = Listings::default();
        listings.portion(1, &ask(0), &listing(&["a", "b"], 1), &listing(&["b"], 7));
        let end = listings.portion(1, &ask(2), &listing(&[], 1), &listing(&["x"], 8));
        assert_eq!(end.ask_on, Some(8));
        let further = listings.further(1, 1, &listing(&[], 1));
        assert_eq!(further.extra, "\"x\"");
    }
}
