gcloud compute security-policies rules create 100 \
  --security-policy=ca-news \
  --src-ip-ranges=198.51.100.0/28,2001:db8:100::/48 \
  --action=allow \
  --description='allow: uptime checks and office'
gcloud compute security-policies rules create 1000 \
  --security-policy=ca-news \
  --expression='request.headers['\''host'\''].lower().matches('\''^(?:.*@)?news\\.example\\.org\\.?(?::[0-9]*)?$'\'') && request.method == '\''POST'\''' \
  --action=deny-403 \
  --preview \
  --description='it'\''s a test'
gcloud compute security-policies rules create 1130 \
  --security-policy=ca-news \
  --expression='request.path.startsWith('\''/search'\'')' \
  --action=rate-based-ban \
  --rate-limit-threshold-count=60 \
  --rate-limit-threshold-interval-sec=60 \
  --conform-action=allow \
  --exceed-action=deny-429 \
  --enforce-on-key=ip \
  --ban-threshold-count=600 \
  --ban-threshold-interval-sec=300 \
  --ban-duration-sec=600 \
  --preview \
  --description='ban repeat offenders on /search'
gcloud compute security-policies rules create 1150 \
  --security-policy=ca-news \
  --expression='origin.asn == 64500' \
  --action=rate-based-ban \
  --rate-limit-threshold-count=60 \
  --rate-limit-threshold-interval-sec=60 \
  --conform-action=allow \
  --exceed-action=deny-429 \
  --enforce-on-key-configs='ip,http-header=x-api-key' \
  --ban-duration-sec=600 \
  --preview
gcloud compute security-policies rules create 1170 \
  --security-policy=ca-news \
  --expression='origin.asn == 64501' \
  --action=redirect \
  --redirect-type=external-302 \
  --redirect-target='https://example.org/?a=b&c'
