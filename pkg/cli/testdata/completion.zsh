#compdef floodgauge
# zsh completion of floodgauge
_floodgauge() {
  local -a commands=(
    'report:Read access logs and print a traffic report per site'
    'check-config:Check a configuration file and list every mistake with its line'
    'loggen:Write logs of made-up traffic whose truth is known, for tests and trials'
    'completion:Print the completion script of a shell'
    'version:Print the version'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
  report)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--by=[One row per site and minute, hour, day, or one for all]:period:(minute hour day all)' \
      '*--host=[Show only this site; can be repeated]:name,...: ' \
      '*--from=[Leave out what is earlier: a date, '\''YYYY-MM-DD HH:MM'\'', or RFC 3339]:time: ' \
      '*--to=[Leave out this time and what is later]:time: ' \
      '*--k=[Show a path, country or the like only where at least N clients had it; 1 shows all, for your own eyes]:n: ' \
      '*--log-format=[Format of the lines: a name from the list below, or an nginx log_format or Apache LogFormat string]:format:(gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json)' \
      '*--time-zone=[Time zone of lines that have none, such as Europe/Berlin]:zone: ' \
      '*--trusted-proxy=[Address or range of a proxy in front that says who the client was, or a network'\''s name such as cloudflare; can be repeated]:range,...:(cloudflare cloudfront fastly google akamai imperva)' \
      '*--sample-rate=[Share of requests that the proxy logs, such as 0.1]:share: ' \
      '*--config=[Configuration file]:file:_files' \
      '*--format=[table, csv, json or parquet]:format:(table csv json parquet)' \
      '*--out=[Write the report to a file instead of standard output]:file:_files' \
      '*-o[Write the report to a file instead of standard output]:file:_files' \
      '--no-progress[Show no progress bar]' \
      '*:file:_files'
    ;;
  check-config)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*:file:_files'
    ;;
  loggen)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--lines=[Number of lines]:n: ' \
      '*--duration=[How long the log is, such as 90s, 10m or 24h]:time: ' \
      '*--rate=[Requests per second over all sites, as the mean of a day]:n: ' \
      '*--shape=[How the rate moves over the day: flat, or worldcup98 for a real one]:shape:(flat worldcup98)' \
      '*--start=[Time of the first request: a date, '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--hosts=[Number of sites with made-up names]:n: ' \
      '*--host=[Name of a site, the most popular first; can be repeated]:name,...: ' \
      '*--seed=[The same seed gives the same log]:n: ' \
      '*--log-format=[Name of a format, or an nginx log_format or Apache LogFormat string; "floodgauge report --help" lists them]:format:(gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json)' \
      '*--out=[Write the log to a file instead of standard output]:file:_files' \
      '*--truth=[Also write the truth about each line, as JSON lines in the same order]:file:_files' \
      '--follow[Write each line when its time has come, until it is stopped or what --lines or --duration say is done]'
    ;;
  completion)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '1:value:(bash zsh fish)'
    ;;
  version)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]'
    ;;
  esac
}
if [[ $funcstack[1] == _floodgauge ]]; then
  _floodgauge "$@"
else
  compdef _floodgauge floodgauge
fi
