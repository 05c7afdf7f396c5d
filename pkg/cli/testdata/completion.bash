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
        COMPREPLY=($(compgen -W "report check-config loggen completion version --help" -- "$cur"))
        return
    fi
    case "${COMP_WORDS[1]}" in
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
        --seed) words="" ;;
        --log-format) words="gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json" ;;
        --out) words="" ;;
        --truth) words="" ;;
        *) if [[ $cur == -* ]]; then words="--help -h --lines --duration --rate --shape --start --hosts --host --seed --log-format --out --truth --follow"; else words=""; fi ;;
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
