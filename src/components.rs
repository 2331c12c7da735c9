//! The application's own widgets.

mod asleep;
mod error_note;
mod field;
mod profile_table;
mod site_footer;
mod site_header;
mod submitted;
mod token_card;
mod token_life;
mod update_profile;

pub(crate) use self::asleep::asleep;
pub(crate) use self::error_note::{ErrorNote, Fault};
pub(crate) use self::field::TextField;
pub(crate) use self::profile_table::ProfileTable;
pub(crate) use self::site_footer::SiteFooter;
pub(crate) use self::site_header::SiteHeader;
pub(crate) use self::submitted::{submitted, text_of};
pub(crate) use self::token_card::TokenCard;
pub(crate) use self::update_profile::UpdateProfile;
