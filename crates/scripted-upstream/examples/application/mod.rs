//! The application's program, running, for the tools that measure it.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// It ends with this.
pub(crate) struct Application {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Application {
    /// Starts it in front of an upstream, and waits until it takes connections.
    pub(crate) fn start(program: &str, upstream: &str, variables: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let process = Command::new(program)
            .env("VESTIBULE__UPSTREAM__BASE_URL", upstream)
            .env("VESTIBULE__SERVER__ADDRESS", address.to_string())
            .envs(variables.iter().copied())
            .spawn()
            .expect("the application starts");
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the application does not answer");
            std::thread::yield_now();
        }
        Self { address, process }
    }

    /// Resident memory, in kB.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
