# Every target is one line of deploy/ci/check, which people and CI share.
.PHONY: check build test lint generate bench

check: ## set up what is missing and run every check: what CI runs
	deploy/ci/check

build: ## build ./floodgauge
	CGO_ENABLED=0 go build -trimpath -o floodgauge .

test: ## only the tests, without the race detector
	go test ./...

lint: ## only the linters
	deploy/ci/check lint

generate: ## make generated files anew
	go generate ./...

bench: ## the figures of deploy/benchmarks.md
	deploy/ci/bench
