package vocabulary

// OtherHosts is the host of the rows that hosts without a row of their own share. No host name has parentheses, so it is nobody's site: only who may see
// all sites sees it.
const OtherHosts = "(other hosts)"
