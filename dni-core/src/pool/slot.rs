//! The places of a pool's numbers.

/// The place of a number in the pool. Those in service come first, in the owner's order.
pub(super) type Slot = u32;

/// The slot as a place in a list.
pub(super) fn place(slot: Slot) -> usize {
    usize::try_from(slot).unwrap_or(usize::MAX)
}
