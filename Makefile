# Every target is one command; deploy/ci/check is what people and CI share.
.PHONY: check build test lint generate fuzz bench evaluation picture

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

fuzz: ## 10 million executions over all parsers
	deploy/ci/fuzz

bench: ## the figures of CONTRIBUTING.md
	deploy/ci/bench

evaluation: ## how well attacks are found: half an hour
	go run ./pkg/attack/evaluate -seeds 30 -first 1001 > pkg/attack/EVALUATION.md

picture: ## the picture of README.md
	deploy/ci/picture
