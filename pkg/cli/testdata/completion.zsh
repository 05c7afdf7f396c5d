#compdef floodgauge
# zsh completion of floodgauge
_floodgauge() {
  local -a commands=(
    'up:Follow logs and show the traffic of their sites on a page'
    'report:Read access logs and print a traffic report per site'
    'replay:Read logs again into the store: lines that never arrived, or whole hours anew'
    'audit:Compare logs with the store, minute by minute: no line is lost, none counts twice'
    'attacks:Say what stood out in the traffic of sites, why, and what would stop it'
    'alerts:Try whether alerts of attacks reach whom they are for'
    'query:Ask the store in SQL'
    'deadletters:List lines that could not be read, and try again what was set aside'
    'forget:Delete all reports of a site, for good'
    'tokens:Make, list and revoke tokens to see sites or to send lines'
    'rules:List and write the rules that are recommended; check rules of Cloud Armor and test them on logs'
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
  up)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '--demo[Show it on made-up traffic, with two hours of history, in a folder that is gone afterwards]' \
      '*--config=[Configuration file: sites, sources, formats]:file:_files' \
      '*--host=[The site of lines that name none, such as those of nginx'\''s combined format]:name: ' \
      '*--since=[Leave out files that were last changed before: a date, '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--data=[Folder for everything that is kept]:dir: ' \
      '*--listen=[Address of the page; port 0 takes one that is free]:addr: ' \
      '*--listen-name=[Name by which the page is asked for, besides localhost and the address of --listen, such as that of a proxy in front; can be repeated]:name,...: ' \
      '*--ingest-listen=[Address for lines by HTTP and for /metrics]:addr: ' \
      '*--delay=[How long after the end of a minute its lines may come before it closes]:time: '
    ;;
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
  replay)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--mode=[late adds lines that never arrived; rebuild computes whole hours anew, in place of what is there]:mode:(late rebuild)' \
      '*--from=[Leave out what is earlier: a date, '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--to=[Leave out this time and what is later]:time: ' \
      '--force[Also where the store has more lines of a minute, or these very lines, or where a file cannot be read to its end]' \
      '*--config=[Configuration file: sites, sources, formats]:file:_files' \
      '*--host=[The site of lines that name none, such as those of nginx'\''s combined format]:name: ' \
      '*--data=[Data folder of "up"]:dir: ' \
      '--no-progress[Show no progress bar]' \
      '*:file:_files'
    ;;
  audit)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--from=[Compare no earlier minutes: a date, '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--to=[Compare no minutes from this time on]:time: ' \
      '*--config=[Configuration file: sites, sources, formats]:file:_files' \
      '*--host=[The site of lines that name none, such as those of nginx'\''s combined format]:name: ' \
      '*--data=[Data folder of "up"]:dir: ' \
      '--no-progress[Show no progress bar]' \
      '*:file:_files'
    ;;
  attacks)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--host=[Only this site]:name: ' \
      '*--from=[Show no earlier minutes: a date, '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--to=[Show no minutes from this time on]:time: ' \
      '*--format=[table, one row a case, or json: an object for each minute with a finding, as schemas/attack.proto has it]:format:(table json)' \
      '*--data=[Data folder of "up"]:dir: '
    ;;
  alerts)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--config=[Configuration file with a section "alerts"]:file:_files' \
      '1:value:(test)'
    ;;
  query)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--limit=[Fail where there are more rows]:n: ' \
      '*--timeout=[Give up after this time]:time: ' \
      '*--format=[table, csv, or json: one object a row]:format:(table csv json)' \
      '*--data=[Data folder of "up"]:dir: '
    ;;
  deadletters)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--limit=[Show so many at most]:n: ' \
      '*--format=[table, or json: one object a row]:format:(table json)' \
      '*--data=[Data folder of "up"]:dir: ' \
      '1:value:(list retry)'
    ;;
  forget)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--data=[Data folder of "up"]:dir: '
    ;;
  tokens)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--site=[A site that the token is for; can be repeated]:name,...: ' \
      '--all[The token is for all sites]' \
      '*--source=[Make a token to send lines of this source, instead of one to see sites]:name: ' \
      '--may-judge[The token may also say on the page that a case is no attack]' \
      '*--name=[Name by which the token is listed and revoked]:name: ' \
      '*--expires=[When it ends: a date (the end of that day), '\''YYYY-MM-DD HH:MM'\'' in UTC, or RFC 3339]:time: ' \
      '*--data=[Data folder of "up"]:dir: ' \
      '1:value:(add list revoke)'
    ;;
  rules)
    _arguments \
      '--help[Show context-sensitive help]' \
      '-h[Show context-sensitive help]' \
      '*--host=[Only this site]:name: ' \
      '*--format=[table, or json: an object for each rule and each case without one]:format:(table json)' \
      '*--data=[Data folder of "up"]:dir: ' \
      '*--rule=[Only this rule, as "rules list" names it]:name: ' \
      '*--to=[What to write: the body of a request to the API (rest), commands for a shell (gcloud), resources (terraform); of recommended rules also a snippet for nginx, expressions for Cloudflare, or Cloud Armor'\''s expressions alone (cel)]:target:(rest gcloud terraform nginx cloudflare cel)' \
      '--enforce[For nginx: refuse requests]' \
      '*--policy=[Name of the policy that the rules go into: Terraform'\''s, or for recommended rules Cloud Armor'\''s]:name: ' \
      '*--priority=[Priority of the first recommended rule in Cloud Armor; the others follow it]:n: ' \
      '*--log=[Raw logs with the lines of the attack, for rules that name client addresses: files, directories, patterns in quotes, or - for standard input; can be repeated]:file,...:_files' \
      '*--log-format=[Format of the lines, as "report" takes it]:format:(gcp gcp-bigquery nginx-json cloudflare combined common vhost-combined vhost-common alb cloudfront haproxy envoy istio-json caddy traefik traefik-json)' \
      '*--time-zone=[Time zone of lines that have none, such as Europe/Berlin]:zone: ' \
      '*--trusted-proxy=[Address or range of a proxy in front that says who the client was, or a network'\''s name such as cloudflare; can be repeated]:range,...:(cloudflare cloudfront fastly google akamai imperva)' \
      '*--config=[Configuration file of "up", which says how its logs are read]:file:_files' \
      '*--from=[Leave out what is earlier: a date, '\''YYYY-MM-DD HH:MM'\'', or RFC 3339]:time: ' \
      '--no-progress[Show no progress bar]' \
      '1:value:(list lint export test)'
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
      '*--attack=[An attack or event on top: a kind that "floodgauge loggen --help" lists, with clients=, rate= (requests a minute of each), after=, for= and host=, as in flood,clients=300,after=1h; can be repeated]:attack: ' \
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
