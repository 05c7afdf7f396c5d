package attack

import "github.com/floodgauge/floodgauge/schemas"

// kind names what it looks like.
func (s *signs) kind(v *volume) string {
	switch {
	case s.originTrouble && !s.mixChanged:
		return "origin_trouble"
	case s.has["guessers"]:
		return "brute_force"
	case s.has["failed_logins"]:
		return "credential_stuffing"
	case s.has["scanners"]:
		return "scanner"
	case s.crawlers:
		return "crawler"
	case s.crowd:
		return "flash_crowd"
	}
	return s.kindOfFlood(v)
}

func (s *signs) kindOfFlood(v *volume) string {
	switch {
	case !s.grown && s.has["automated"]:
		return "scraper"
	case !s.grown:
		return "error_storm"
	case s.has["cache_misses"]:
		return "cache_busting"
	case v.ramp && !v.alarm:
		return "slow_ramp"
	case v.pulse:
		return "pulse"
	}
	return "volumetric"
}

// verdict reads the points, and what speaks against them.
func (s *signs) verdict(points int32) schemas.Verdict {
	v := verdictOf(points)
	switch {
	case s.originTrouble && !s.mixChanged: // the site fails by itself: that is worth a word, and no attack
		return schemas.Verdict_VERDICT_WATCH
	case s.accused():
		return v
	case s.crawlers, !s.grown && !s.has["automated"]: // nor is a new crawler, or as much traffic as ever that looks odd
		return min(v, schemas.Verdict_VERDICT_WATCH)
	}
	return v
}

// verdictOf reads the points.
func verdictOf(points int32) schemas.Verdict {
	switch {
	case points >= 8:
		return schemas.Verdict_VERDICT_ATTACK
	case points >= 5:
		return schemas.Verdict_VERDICT_SUSPECTED
	case points >= 3:
		return schemas.Verdict_VERDICT_WATCH
	}
	return schemas.Verdict_VERDICT_NORMAL
}
