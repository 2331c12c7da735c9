# The commands of this repository. Each does its own set-up.

.DEFAULT_GOAL := help
.PHONY: help serve watch build dist audit test unit compat test-cluster judge fuzz mutants bench doc clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

serve: build ## build and run the application, with the demo API unless Leptos.toml names another
	@. tools/env; exec "$${CARGO_TARGET_DIR:-target}/release/vestibule-app"

watch: ## develop: rebuild and reload on every change (cargo leptos watch)
	@tools/setup watch
	@. tools/env; exec cargo leptos watch

build: ## the binary and its assets, for release
	@tools/setup build
	@tools/build release

dist: ## one archive to run: the binary without the demo API, assets, a systemd unit, a Dockerfile
	@tools/setup build
	@tools/dist

test: ## everything: format, lints, unit and integration tests, end to end in a browser
	@tools/test

unit: ## the tests without a browser
	@tools/test unit

audit: ## known vulnerabilities of what is built in; needs the database of advisories from the network
	@tools/setup test
	@. tools/env; cargo-deny --locked --workspace check advisories

compat: build ## sign in, renew and sign out against real programs: fastapi-users, djoser, Feathers, oidc-provider
	@tools/setup compat
	@tools/compat

test-cluster: build ## three instances on one Redis behind nginx: refresh, sign-out, failures
	@tools/setup test
	@tools/cluster

judge: build ## what other programs find wrong with it: wapiti, slowhttptest, MDN's observatory, csp_evaluator, axe, html-validate
	@tools/judge

bench: ## measure: sealing, pages a second, memory, start
	@tools/setup build
	@tools/bench

fuzz: ## look for inputs for which something does not hold: SECONDS_EACH=600 TARGETS="seal chunks"
	@tools/fuzz $(TARGETS)

mutants: ## change the code that security rests on, and see whether the tests notice: an hour and a half
	@tools/setup build
	@tools/mutants

doc: ## the libraries' documentation
	cargo doc --workspace --no-deps --open

clean: ## remove what was built
	cargo clean
