// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A map by number that can be made of a sorted run at once.
//!
//! An upgrade hands over tens of thousands of inodes and handles while ops wait. A tree of them would be built one by one (and the library's way to
//! build it in bulk sorts with 4 KiB of a kernel's stack). So what was handed over stays the run that it came as, searched by halving; what
//! comes later goes into a tree beside it. A key is in one of the two.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A map from numbers, in order.
#[derive(Debug)]
pub struct SortedMap<V> {
    /// Ascending; `None` where the entry was removed.
    run: Vec<(u64, Option<V>)>,
    /// Entries of `run` that are there.
    in_run: usize,
    tree: BTreeMap<u64, V>,
}

impl<V> Default for SortedMap<V> {
    fn default() -> SortedMap<V> {
        SortedMap { run: Vec::new(), in_run: 0, tree: BTreeMap::new() }
    }
}

impl<V> SortedMap<V> {
    /// From entries in ascending order; `None` when they are not.
    pub fn from_sorted(run: Vec<(u64, Option<V>)>) -> Option<SortedMap<V>> {
        let in_run = run.iter().filter(|(_, value)| value.is_some()).count();
        run.is_sorted_by(|(one, _), (two, _)| one < two).then_some(SortedMap { run, in_run, tree: BTreeMap::new() })
    }

    fn place(&self, key: u64) -> Option<usize> {
        if self.in_run == 0 { None } else { self.run.binary_search_by_key(&key, |&(key, _)| key).ok() }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.in_run + self.tree.len()
    }

    /// The value of `key`.
    pub fn get(&self, key: u64) -> Option<&V> {
        let in_run = self.place(key).and_then(|place| self.run[place].1.as_ref());
        in_run.or_else(|| self.tree.get(&key))
    }

    /// As [`SortedMap::get`], for many keys that mostly follow one another in a map that was just made: `near` is where the last one was.
    pub fn near(&self, near: &mut usize, key: u64) -> Option<&V> {
        match self.run.get(*near) {
            Some((here, value)) if *here == key => {
                *near += 1;
                value.as_ref()
            }
            _ => {
                let place = self.place(key)?;
                *near = place + 1;
                self.run[place].1.as_ref()
            }
        }
    }

    /// The value of `key`, to be changed.
    pub fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        match self.place(key) {
            Some(place) if self.run[place].1.is_some() => self.run[place].1.as_mut(),
            _ => self.tree.get_mut(&key),
        }
    }

    /// Makes `value` that of `key`, which has none or another.
    pub fn insert(&mut self, key: u64, value: V) {
        match self.get_mut(key) {
            Some(place) => *place = value,
            None => drop(self.tree.insert(key, value)),
        }
    }

    /// The value of `key`, which is `default` if it has none.
    pub fn or_insert(&mut self, key: u64, default: V) -> &mut V {
        match self.place(key) {
            Some(place) if self.run[place].1.is_some() => self.run[place].1.get_or_insert(default),
            _ => self.tree.entry(key).or_insert(default),
        }
    }

    /// Takes the entry out.
    pub fn remove(&mut self, key: u64) -> Option<V> {
        if let Some(value) = self.place(key).and_then(|place| self.run[place].1.take()) {
            self.in_run -= 1;
            if self.in_run == 0 {
                self.run = Vec::new();
            }
            return Some(value);
        }
        self.tree.remove(&key)
    }

    /// Takes every other entry out.
    pub fn keep_only(&mut self, key: u64) {
        let kept = self.remove(key);
        *self = SortedMap::default();
        self.tree.extend(kept.map(|value| (key, value)));
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        self.iter_from(0)
    }

    /// The entries from `key` on, in order.
    pub fn iter_from(&self, key: u64) -> impl Iterator<Item = (u64, &V)> {
        let run = &self.run[self.run.partition_point(|&(here, _)| here < key)..];
        let mut run = run.iter().filter_map(|(key, value)| value.as_ref().map(|value| (*key, value))).peekable();
        let mut tree = self.tree.range(key..).map(|(&key, value)| (key, value)).peekable();
        core::iter::from_fn(move || match (run.peek(), tree.peek()) {
            (Some((one, _)), Some((two, _))) if two < one => tree.next(),
            (Some(_), _) => run.next(),
            (None, _) => tree.next(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_map_whatever_it_was_made_of() {
        let mut random = 1_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        for round in 0..50 {
            let mut model: BTreeMap<u64, u64> = (0..next(60)).map(|key| (key * 3, key)).collect();
            let run = model.iter().map(|(&key, &value)| (key, Some(value))).collect();
            let mut map = SortedMap::from_sorted(run).expect("in order");
            for step in 0..400 {
                let key = next(200);
                match next(5) {
                    0 => {
                        map.insert(key, step);
                        model.insert(key, step);
                    }
                    1 => assert_eq!(map.remove(key), model.remove(&key)),
                    2 => assert_eq!(*map.or_insert(key, step), *model.entry(key).or_insert(step)),
                    3 => assert_eq!(
                        map.get_mut(key).map(|value| {
                            *value += 1;
                            *value
                        }),
                        model.get_mut(&key).map(|value| {
                            *value += 1;
                            *value
                        })
                    ),
                    _ => assert_eq!(map.get(key), model.get(&key)),
                }
                assert_eq!(map.len(), model.len(), "round {round}");
            }
            assert!(map.iter().map(|(key, &value)| (key, value)).eq(model.iter().map(|(&key, &value)| (key, value))));
            let from = next(200);
            assert!(
                map.iter_from(from).map(|(key, &value)| (key, value)).eq(model.range(from..).map(|(&key, &value)| (key, value)))
            );
            map.keep_only(9);
            assert_eq!((map.len(), map.get(9)), (model.contains_key(&9).into(), model.get(&9)));
        }
    }

    #[test]
    fn a_run_out_of_order_is_refused() {
        assert!(SortedMap::from_sorted(Vec::from([(2, Some(())), (1, Some(()))])).is_none());
        assert!(SortedMap::from_sorted(Vec::from([(1, Some(())), (1, Some(()))])).is_none());
    }
}
