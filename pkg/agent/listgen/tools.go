package main

import (
	"os"
	"strings"
)

// everyday are entries of the bad list that are browsers, products of honest servers, or words that a device or app may have in its name.
var everyday = set(`Kinza Mb2345Browser LieBaoFast Firefox/7.0 Wallpapers/3.0 WallpapersHD Joomla Blackboard FDM Anarchie Ankit Anthill
	Apexoo Asterias Attach Badass Bandit Bigfoot Bitacle Blow Bolt Buck Buddy Bullseye Calculon Collector Copier Cosmos Crescent Curious Custo
	Demon Devil Disco Dispatch Dragonfly Drip Evil Extractor FlashGet Flunky FrontPage Getintent GetRight Gotit GoZilla Grabber Grafula Haansoft
	Harvest Humanlinks Iblog Iria Jetty Likse Litemage_walker Magnet Mag-Net Needle Netcraft Ninja Octopus Openfind Pump Reaper RebelMouse Recorder
	Ripper Screaming Snake Snapbot Snoopy Spanner Steeler Stripper Sucker Sucuri Suzuran Telesoft Teleport Thumbor Titan Toata Twice Vacuum VCI
	Voil Voltron WEBDAV Webster Whack Whacker Widow Zade Zeus Zauba Typhoeus Abonti AfD-Verbotsverfahren Aipbot Alligator Aspiegel Lightspeedsystems
	Mozlila polaris\ version CODE87 Siphon Nimbostratus oBot Black\ Hole
	OPPO\ A33 LibWeb WebFuck Web\ Fuck TightTwatBot SpankBot sexsearcher Morfeus\ Fucking\ Scanner`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(strings.ReplaceAll(words, `\ `, "\x00")) {
		m[strings.ReplaceAll(w, "\x00", " ")] = true
	}
	return m
}

// readTools returns the entries of the bad list that no crawler's term finds already. They match in any case, as whole words.
func readTools(path string, known []term) ([]term, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var terms []term
	names := map[string]string{}
	for _, k := range known {
		canonical(names, k.family)
	}
	for line := range strings.Lines(string(b)) {
		name := strings.ReplaceAll(strings.TrimSpace(line), `\`, "")
		if name == "" || strings.HasPrefix(name, "#") || everyday[name] || isKnown(known, name) {
			continue
		}
		t := term{class: toolClass(name), flags: "iw", literal: name, family: canonical(names, familyOf(name))}
		for _, k := range known {
			if k.family == t.family {
				t.class = k.class
			}
		}
		terms = append(terms, t)
	}
	return terms, nil
}

func isKnown(known []term, name string) bool {
	for _, k := range known {
		if strings.Contains(name, k.literal) && !strings.Contains(k.flags, "$") {
			return true
		}
	}
	return false
}

// toolClass tells crawlers from tools by their name.
func toolClass(name string) string {
	name = strings.ToLower(name)
	for _, part := range []string{"bot", "crawl", "spider", "seo", "monitor", "search"} {
		if strings.Contains(name, part) {
			return "bot"
		}
	}
	return "tool"
}
