//! The routes of a small application behind every layer, asked as a browser or a program would ask them.

mod api;
mod application;
mod callbacks;
mod fixture;
mod gate;
mod html;
mod login_page;
mod login_post;
mod pages;
mod parity;
mod providers;
mod server_functions;
mod session_functions;
mod slow_part;
mod text;
