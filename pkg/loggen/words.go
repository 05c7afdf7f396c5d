package loggen

import "strings"

// Host names, slugs and searches are put together from these.
var (
	siteTopics = strings.Fields("news shop blog docs forum city health radio library school museum theatre clinic rights water " +
		"weather transit energy garden sports")
	siteNames = strings.Fields("riverton harbour meadow northgate lakeside hillcrest oakwood eastport greenfield stonebridge westbrook fairview " +
		"millbrook redcliff silverton ashford kingsley brookhaven clearwater maplewood summerset foxglove ironbridge lowmoor")
	siteDomains = strings.Fields("example.org example.net example.com")

	slugWords = strings.Fields("council votes budget school river flood winter storm train strike market prices energy bill solar roof garden guide " +
		"summer festival music local library reopens museum night photo story interview coach team final match report weather warning road " +
		"closure bridge repair plan housing crisis rent survey health clinic opens vaccine study finds water quality test results open data " +
		"election debate mayor answers questions new bus route bicycle lane safety old town history walk recipe bread autumn soup harvest " +
		"volunteers needed clean beach whale rescue night sky comet telescope space launch delayed science fair winners teachers union pay " +
		"talks begin court ruling privacy law online scams how to repair laptop battery phone camera review best budget hiking boots tent")
)
