package loggen

// The kinds of attacks.
const (
	AttackFlood        = "flood"
	AttackCacheBusting = "cache_busting"
	AttackLogin        = "login"
	AttackScan         = "scan"
	AttackSlowRamp     = "slow_ramp"
	AttackPulse        = "pulse"
	AttackStuffing     = "stuffing"
	AttackWordpress    = "wordpress"
	AttackScraper      = "scraper"
	AttackMimic        = "mimic"
	AttackBlend        = "blend"
	AttackLookalike    = "lookalike"
	AttackSeeding      = "seeding"
)

// The kinds of events that stand out, but are no attack.
const (
	EventCrowd      = "crowd"
	EventSale       = "sale"
	EventMail       = "mail"
	EventNAT        = "nat"
	EventCrawler    = "crawler"
	EventMonitoring = "monitoring"
	EventDeploy     = "deploy"
	EventOutage     = "outage"
)

// AttackKind is what an Attack can be.
type AttackKind struct {
	Name  string
	About string
	// Hostile says that its requests are of KindAttacker, or of KindSeeder. The others are events, whose requests are those of visitors, crawlers or
	// monitors.
	Hostile bool
	// Clients and PerMinute are the defaults; 0 where the kind has no such thing.
	Clients   int
	PerMinute float64

	// begin makes its requests. It is nil where answers change to requests that are made anyway.
	begin func(w *world, a *Attack, n int) source
}

// AttackKinds lists them, attacks first.
func AttackKinds() []AttackKind {
	return []AttackKind{
		{AttackFlood, "the first page, with one old agent", true, 100, 60, newAttackers},
		{AttackCacheBusting, "the first page with a new query each time, with the agents of browsers", true, 100, 60, newAttackers},
		{AttackLogin, "tries of passwords by a script, all refused", true, 100, 60, newAttackers},
		{AttackScan, "paths of known holes, which are not there", true, 100, 60, newAttackers},
		{AttackSlowRamp, "a flood that grows evenly from nothing to its rate", true, 100, 60, newAttackers},
		{AttackPulse, "a flood, one minute on and four off", true, 100, 60, newAttackers},
		{AttackStuffing, "stolen passwords from many homes, few from each; one in a hundred fits", true, 1000, 0.5, newAttackers},
		{AttackWordpress, "tries of passwords at Wordpress's login page, which answers each with the form again", true, 100, 60, newAttackers},
		{AttackScraper, "all pages one after another without their files, with the agents of browsers", true, 2, 60, newAttackers},
		{AttackMimic, "visits as readers make them", true, 300, 4, newGathering},
		{AttackBlend, "a flood with five agents per address and an image now and then", true, 100, 60, newAttackers},
		{AttackLookalike, "visits as the readers in one small network make them, one after another", true, 100, 60, newGathering},
		{AttackSeeding, "a few requests as of a flood, so that a rule against a later one seems to hit usual ones", true, 20, 0.1, newAttackers},
		{EventCrowd, "new readers of one article who follow one link; clients arrive each minute", false, 60, 0, newGathering},
		{EventSale, "the same number of new readers of one page, most of them at the beginning", false, 60, 0, newGathering},
		{EventMail, "the same with no referrer and mostly with phones", false, 60, 0, newGathering},
		{EventNAT, "readers behind one address", false, 200, 4, newGathering},
		{EventCrawler, "a crawler that nobody knows yet, which says what it is", false, 2, 60, newAttackers},
		{EventMonitoring, "checks of the first page by a monitoring system", false, 4, 300, newAttackers},
		{EventDeploy, "rate percent of the static files are not found", false, 0, 60, nil},
		{EventOutage, "rate percent of the origin's answers are 502, 503 or 504", false, 0, 90, nil},
	}
}

func kindOf(name string) (AttackKind, bool) {
	for _, k := range AttackKinds() {
		if k.Name == name {
			return k, true
		}
	}
	return AttackKind{}, false
}

func attackNames() []string {
	var names []string
	for _, k := range AttackKinds() {
		names = append(names, k.Name)
	}
	return names
}
