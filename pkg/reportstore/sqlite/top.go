package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"errors"

	sqlite "modernc.org/sqlite"

	"github.com/floodgauge/floodgauge/schemas"
)

func init() {
	sqlite.MustRegisterDeterministicScalarFunction("report_lists", 1, reportLists)
}

// reportLists gives the lists of a report as a JSON array of arrays: list, value, requests and response bytes (null where they are not logged).
func reportLists(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	data, ok := args[0].([]byte)
	if !ok {
		return nil, errors.New("report_lists takes a report")
	}
	r, err := decodeReport(data)
	if err != nil {
		return nil, err
	}
	values := [][]any{}
	for _, v := range r.TopPaths {
		values = append(values, []any{"top_paths", v.Path, v.Requests, v.ResponseBytes})
	}
	for _, v := range r.TopNetworks {
		values = append(values, []any{"top_networks", v.Asn, v.Requests, v.ResponseBytes})
	}
	for name, list := range map[string][]*schemas.TopValue{"top_countries": r.TopCountries, "top_referrers": r.TopReferrers, "top_agents": r.TopAgents} {
		for _, v := range list {
			values = append(values, []any{name, v.Value, v.Requests, v.ResponseBytes})
		}
	}
	encoded, err := json.Marshal(values)
	return string(encoded), err
}
