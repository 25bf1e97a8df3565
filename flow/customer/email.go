package customer

import "strings"

// NormalEmail gives an e-mail address trimmed and in lower case, and whether it is well formed: one @, a local part of
// at most 64 and a whole of at most 254 bytes, a domain with a dot, no space, quote, bracket or control character.
// A "mailto:" in front and a pair of angle brackets are taken off.
func NormalEmail(raw string) (string, bool) {
	s := strings.ToLower(strings.TrimSpace(narrow(raw)))
	s = strings.TrimPrefix(s, "mailto:")
	if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") {
		s = s[1 : len(s)-1]
	}
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || len(local) > 64 || len(s) > 254 || !dotted(local) || !dotted(domain) {
		return "", false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || strings.IndexByte(`"(),:;<>[\]`, c) >= 0 {
			return "", false
		}
	}
	last := strings.LastIndexByte(domain, '.')
	if last < 0 || len(domain)-last < 3 || strings.IndexByte(domain, '@') >= 0 {
		return "", false
	}
	for i := range len(domain) {
		c := domain[i]
		if c < 0x80 && c != '.' && c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "", false
		}
	}
	return s, true
}

// dotted says that no dot stands at an end or beside another.
func dotted(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..")
}
