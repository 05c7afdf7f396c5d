# bash completion of floodgauge
_floodgauge() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" words=""
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $prev == "=" ]]; then
        prev="${COMP_WORDS[COMP_CWORD-2]}"
    fi
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "up report replay audit attacks alerts query deadletters forget tokens rules check-config loggen completion version --help" -- "$cur"))
        return
    fi
    case "${COMP_WORDS[1]}" in
    up)
        case "$prev" in
        --config) words="" ;;
        --host) words="" ;;
        --since) words="" ;;
        --data) words="" ;;
        --listen) words="" ;;
        --listen-name) words="" ;;
        --ingest-listen) words="" ;;
        --delay) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --demo --config --host --since --data --listen --listen-name --ingest-listen --delay"; else words=""; fi ;;
        esac
        ;;
    report)
        case "$prev" in
        --by) words="minute hour day all" ;;
        --host) words="" ;;
        --from) words="" ;;
        --to) words="" ;;
        --k) words="" ;;
        --log-format) words="gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json" ;;
        --time-zone) words="" ;;
        --trusted-proxy) words="cloudflare cloudfront fastly google akamai imperva" ;;
        --sample-rate) words="" ;;
        --config) words="" ;;
        --format) words="table csv json parquet" ;;
        --out|-o) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --by --host --from --to --k --log-format --time-zone --trusted-proxy --sample-rate --config --format --out -o --no-progress"; else words=""; fi ;;
        esac
        ;;
    replay)
        case "$prev" in
        --mode) words="late rebuild" ;;
        --from) words="" ;;
        --to) words="" ;;
        --config) words="" ;;
        --host) words="" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --mode --from --to --force --config --host --data --no-progress"; else words=""; fi ;;
        esac
        ;;
    audit)
        case "$prev" in
        --from) words="" ;;
        --to) words="" ;;
        --config) words="" ;;
        --host) words="" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --from --to --config --host --data --no-progress"; else words=""; fi ;;
        esac
        ;;
    attacks)
        case "$prev" in
        --host) words="" ;;
        --from) words="" ;;
        --to) words="" ;;
        --format) words="table json" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --host --from --to --format --data"; else words=""; fi ;;
        esac
        ;;
    alerts)
        case "$prev" in
        --config) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --config"; else words="test"; fi ;;
        esac
        ;;
    query)
        case "$prev" in
        --limit) words="" ;;
        --timeout) words="" ;;
        --format) words="table csv json" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --limit --timeout --format --data"; else words=""; fi ;;
        esac
        ;;
    deadletters)
        case "$prev" in
        --limit) words="" ;;
        --format) words="table json" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --limit --format --data"; else words="list retry"; fi ;;
        esac
        ;;
    forget)
        case "$prev" in
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --data"; else words=""; fi ;;
        esac
        ;;
    tokens)
        case "$prev" in
        --site) words="" ;;
        --source) words="" ;;
        --name) words="" ;;
        --expires) words="" ;;
        --data) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --site --all --source --may-judge --name --expires --data"; else words="add list revoke"; fi ;;
        esac
        ;;
    rules)
        case "$prev" in
        --host) words="" ;;
        --format) words="table json" ;;
        --data) words="" ;;
        --rule) words="" ;;
        --to) words="rest gcloud terraform nginx cloudflare cel" ;;
        --policy) words="" ;;
        --priority) words="" ;;
        --log) words="" ;;
        --log-format) words="gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json" ;;
        --time-zone) words="" ;;
        --trusted-proxy) words="cloudflare cloudfront fastly google akamai imperva" ;;
        --config) words="" ;;
        --from) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --host --format --data --rule --to --enforce --policy --priority --log --log-format --time-zone --trusted-proxy --config --from --no-progress"; else words="list lint export test"; fi ;;
        esac
        ;;
    check-config)
        case "$prev" in
        *) if [[ $cur == -* ]]; then words="--help -h"; else words=""; fi ;;
        esac
        ;;
    loggen)
        case "$prev" in
        --lines) words="" ;;
        --duration) words="" ;;
        --rate) words="" ;;
        --shape) words="flat worldcup98" ;;
        --start) words="" ;;
        --hosts) words="" ;;
        --host) words="" ;;
        --attack) words="" ;;
        --seed) words="" ;;
        --log-format) words="gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json" ;;
        --out) words="" ;;
        --truth) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --lines --duration --rate --shape --start --hosts --host --attack --seed --log-format --out --truth --follow"; else words=""; fi ;;
        esac
        ;;
    completion)
        case "$prev" in
        *) if [[ $cur == -* ]]; then words="--help -h"; else words="bash zsh fish"; fi ;;
        esac
        ;;
    version)
        case "$prev" in
        *) if [[ $cur == -* ]]; then words="--help -h"; else words=""; fi ;;
        esac
        ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _floodgauge floodgauge
