//! As much of DER as public keys are written in (X.690, section 8): tag, length, content.

/// Bytes that are read from their start.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(pub(super) &'a [u8]);

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

impl<'a> Der<'a> {
    /// The content of the next value, if it has this tag; of at most 65,535 bytes.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&[found, first], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81 => {
                let (&[length], rest) = rest.split_first_chunk::<1>()?;
                (usize::from(length), rest)
            }
            0x82 => {
                let (&length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(length)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (found == tag).then_some(content)
    }

    /// The same of a positive integer, without the zero before it.
    pub(super) fn take_integer(&mut self) -> Option<&'a [u8]> {
        let content = self.take(INTEGER)?;
        Some(content.strip_prefix(&[0]).unwrap_or(content))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}
