resource "google_compute_security_policy_rule" "rule_100" {
  security_policy = google_compute_security_policy.news.name
  priority = 100
  action = "allow"
  preview = false
  description = "allow: uptime checks and office"
  match {
    versioned_expr = "SRC_IPS_V1"
    config {
      src_ip_ranges = ["198.51.100.0/28", "2001:db8:100::/48"]
    }
  }
}
resource "google_compute_security_policy_rule" "rule_1000" {
  security_policy = google_compute_security_policy.news.name
  priority = 1000
  action = "deny(403)"
  preview = true
  description = "it's a test"
  match {
    expr {
      expression = "request.headers['host'].lower().matches('^(?:.*@)?news\\\\.example\\\\.org\\\\.?(?::[0-9]*)?$') && request.method == 'POST'"
    }
  }
}
resource "google_compute_security_policy_rule" "rule_1130" {
  security_policy = google_compute_security_policy.news.name
  priority = 1130
  action = "rate_based_ban"
  preview = true
  description = "ban repeat offenders on /search"
  match {
    expr {
      expression = "request.path.startsWith('/search')"
    }
  }
  rate_limit_options {
    conform_action = "allow"
    exceed_action = "deny(429)"
    enforce_on_key = "IP"
    rate_limit_threshold {
      count = 60
      interval_sec = 60
    }
    ban_threshold {
      count = 600
      interval_sec = 300
    }
    ban_duration_sec = 600
  }
}
resource "google_compute_security_policy_rule" "rule_1150" {
  security_policy = google_compute_security_policy.news.name
  priority = 1150
  action = "rate_based_ban"
  preview = true
  match {
    expr {
      expression = "origin.asn == 64500"
    }
  }
  rate_limit_options {
    conform_action = "allow"
    exceed_action = "deny(429)"
    enforce_on_key = ""
    enforce_on_key_configs {
      enforce_on_key_type = "IP"
    }
    enforce_on_key_configs {
      enforce_on_key_type = "HTTP_HEADER"
      enforce_on_key_name = "x-api-key"
    }
    rate_limit_threshold {
      count = 60
      interval_sec = 60
    }
    ban_duration_sec = 600
  }
}
resource "google_compute_security_policy_rule" "rule_1170" {
  security_policy = google_compute_security_policy.news.name
  priority = 1170
  action = "redirect"
  preview = false
  match {
    expr {
      expression = "origin.asn == 64501"
    }
  }
  redirect_options {
    type = "EXTERNAL_302"
    target = "https://example.org/?a=b&c"
  }
}
