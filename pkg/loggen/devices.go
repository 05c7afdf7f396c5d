package loggen

import (
	"fmt"
	"strings"
)

// commonBrowserPPM of the people have one of the common browsers; the others share some thousand older and rarer ones, as in life.
const commonBrowserPPM = 600_000

func anyBrowser(d *dice) *browser {
	if d.chance(commonBrowserPPM) {
		return &browsers[d.below(len(browsers))]
	}
	return &rareBrowsers[d.below(len(rareBrowsers))]
}

var rareBrowsers = makeRareBrowsers()

var (
	phoneModels = strings.Fields("SM-A515F SM-A526B SM-A536B SM-A127F SM-G991B SM-G998B SM-S908E SM-S918B SM-M135F SM-J730F M2101K6G M2004J19C " +
		"2201117TY 22101316G 23021RAA2Y CPH2333 CPH2387 CPH2477 RMX3085 RMX3624 V2111 V2250 Pixel_6 Pixel_7a Pixel_8 moto_g_5G " +
		"moto_g31 ONEPLUS_A6013 KB2003 TECNO_KG5k Infinix_X6817 itel_A661W Nokia_G20 LM-K410 VOG-L29 ANE-LX1")
	desktops  = []string{"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "X11; CrOS x86_64 14541.0.0"}
	phoneIOS  = strings.Fields("14_8_1 15_6_1 15_7_9 15_8_2 16_1_2 16_3_1 16_5_1 16_6 16_7_7 17_0_3 17_1_2 17_2_1 17_3_1 17_4_1 17_5")
	iosSuffix = []string{"Version/17.4 Mobile/15E148 Safari/604.1", "GSA/319.0.636985085 Mobile/15E148 Safari/604.1",
		"Mobile/15E148 [FBAN/FBIOS;FBAV/467.1.0.39.109;FBDV/iPhone14,5]", "Mobile/15E148 Instagram 333.0.0.28.108 (iPhone13,2)"}
	oldFirefox = []int{78, 91, 102, 109, 113, 115, 118, 120, 121, 122, 123, 124, 125, 126}
)

func makeRareBrowsers() []browser {
	var list []browser
	add := func(tls uint8, format string, args ...any) {
		b := browser{agent: fmt.Sprintf(format, args...), tls: tls, protocol: h2}
		if len(list)%4 == 3 {
			b.protocol = h3
		}
		list = append(list, b)
	}
	for _, system := range desktops {
		for version := 96; version < 126; version++ {
			add(0, "Mozilla/5.0 (%s)%sChrome/%d.0.0.0 Safari/537.36", system, webkit, version)
		}
		for _, version := range oldFirefox {
			add(3, "Mozilla/5.0 (%s; rv:%d.0) Gecko/20100101 Firefox/%d.0", system, version, version)
		}
	}
	for i, model := range phoneModels {
		model = strings.ReplaceAll(model, "_", " ")
		for version := 104; version < 126; version += 2 {
			add(6, "Mozilla/5.0 (Linux; Android %d; %s)%sChrome/%d.0.0.0 Mobile Safari/537.36", 10+(i+version/2)%5, model, webkit, version)
			add(6, "Mozilla/5.0 (Linux; Android %d; %s; wv)%sVersion/4.0 Chrome/%d.0.%d.%d Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/4%d.0.0.%d.%d;]",
				10+(i+version/2)%5, model, webkit, version, 5000+37*(version-100), 40+i, 30+i, version-90, 60+i)
		}
	}
	for _, version := range phoneIOS {
		for _, suffix := range iosSuffix {
			add(5, "Mozilla/5.0 (iPhone; CPU iPhone OS %s like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) %s", version, suffix)
		}
	}
	return list
}
