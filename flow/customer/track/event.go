package track

import (
	"math"
	"net/url"
	"regexp"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/segmentio/encoding/json"

	"guanxi/base/money"
)

// Event is one thing somebody did, as records keep it for good and columns show it: whose it is stands in keys only, and no
// contact point or name of a person is in it.
type Event struct {
	Position    int             `json:"p"`
	Message     string          `json:"m,omitempty"`
	At          int64           `json:"t"`
	Received    int64           `json:"r,omitempty"` // where it differs from the batch's
	Kind        string          `json:"k"`
	Name        string          `json:"e"`
	Visitor     int64           `json:"v"`
	Key         int64           `json:"u,omitempty"` // the visitor that stands for a user id which names the customer; 0: the visitor does
	Bot         bool            `json:"b,omitempty"`
	Host        string          `json:"host,omitempty"`
	Path        string          `json:"path,omitempty"`
	Title       string          `json:"title,omitempty"`
	Referrer    string          `json:"ref,omitempty"` // its host
	UTMSource   string          `json:"us,omitempty"`
	UTMMedium   string          `json:"um,omitempty"`
	UTMCampaign string          `json:"uc,omitempty"`
	Device      string          `json:"d,omitempty"`
	Seconds     *float64        `json:"s,omitempty"`
	Amount      *int64          `json:"a,omitempty"` // minor units
	Currency    string          `json:"c,omitempty"`
	Properties  json.RawMessage `json:"x,omitempty"`
}

// PageViewed and ScreenViewed are what page and screen calls are called among events.
const (
	PageViewed   = "page_viewed"
	ScreenViewed = "screen_viewed"
)

// event makes the event of a message, all but whose it is. agent is the User-Agent of the request, "" where it is not the
// visitor's own; currency is what amounts are in where they do not say.
func (m *message) event(agent, currency string) Event {
	properties, about := members(m.Properties), members(m.Context)
	e := Event{Position: m.position, Message: string(m.MessageID), At: m.at, Kind: m.Type}
	switch m.Type {
	case Track:
		e.Name = string(m.Event)
	case Page:
		e.Name = PageViewed
	case Screen:
		e.Name = ScreenViewed
	default: // what is said of somebody goes to the profile
		e.Name, properties = m.Type, nil
	}
	if m.Type == Group {
		properties = map[string]any{"group": string(m.GroupID)}
	}
	if properties == nil {
		properties = map[string]any{}
	}
	if m.Name != "" && (m.Type == Page || m.Type == Screen) {
		properties["name"] = string(m.Name)
	}
	if m.Category != "" {
		properties["category"] = string(m.Category)
	}
	e.place(properties, about)
	for _, name := range []string{"region", "city"} { // where it happened, as the Segment specification tells it
		if there := wordOf(about, "location", name); there != "" && properties[name] == nil {
			properties[name] = short(there, 80)
		}
	}
	if given := wordOf(about, "userAgent"); given != "" {
		agent = given
	}
	e.Device, e.Bot = device(agent, wordOf(about, "device", "type"))
	if n, ok := numberOf(properties, "seconds", "dwell_seconds", "duration"); ok && n >= 0 {
		e.Seconds = &n
	}
	e.price(properties, currency)
	for _, name := range []string{"url", "path", "title", "referrer", "search", "hash"} {
		delete(properties, name) // they stand in columns of their own, or hold what is not to be kept
	}
	if kept, _ := scrub("", properties).(map[string]any); len(kept) > 0 {
		e.Properties, _ = json.Marshal(kept)
	}
	return e
}

// place says where it happened and what led there.
func (e *Event) place(properties, about map[string]any) {
	first := func(name string) string {
		if v := wordOf(properties, name); v != "" {
			return v
		}
		return wordOf(about, "page", name)
	}
	at, _ := url.Parse(first("url"))
	if at == nil {
		at = &url.URL{}
	}
	e.Host, e.Path = strings.ToLower(at.Hostname()), first("path")
	if e.Path == "" {
		e.Path = at.Path
	}
	if from, err := url.Parse(e.Path); err == nil { // some send a query with it
		e.Path = from.Path
	}
	if e.Path == "" && e.Host != "" {
		e.Path = "/"
	}
	e.Path, e.Title = short(hide(e.Path), 500), short(hide(first("title")), 200)
	if from, err := url.Parse(first("referrer")); err == nil {
		e.Referrer = short(strings.ToLower(from.Hostname()), 200)
	}
	asked := at.Query()
	if len(asked) == 0 {
		asked, _ = url.ParseQuery(strings.TrimPrefix(first("search"), "?"))
	}
	utm := func(named, parameter string) string {
		if v := wordOf(about, "campaign", named); v != "" {
			return short(hide(v), 200)
		}
		return short(hide(plain(asked.Get(parameter))), 200)
	}
	e.UTMSource, e.UTMMedium, e.UTMCampaign = utm("source", "utm_source"), utm("medium", "utm_medium"), utm("name", "utm_campaign")
}

// price reads what it was worth, as the Segment specification names it.
func (e *Event) price(properties map[string]any, currency string) {
	if given := strings.ToUpper(wordOf(properties, "currency")); len(given) == 3 {
		currency = given
	}
	n, ok := numberOf(properties, "revenue", "total", "value", "amount")
	if minor := math.Round(n * math.Pow10(money.Exponent(currency))); ok && math.Abs(minor) < 1e15 {
		amount := int64(minor)
		e.Amount, e.Currency = &amount, currency
	}
}

func short(s string, most int) string {
	if letters := []rune(s); len(letters) > most {
		return string(letters[:most])
	}
	return s
}

// robots are programs that say they are. A browser without a screen is none: shops are tested and printed with it, and whoever
// means to hide does not say so.
var (
	robots  = regexp.MustCompile(`(?i)bot\b|bot[/;]|crawl|spider|slurp|phantomjs|lighthouse|pagespeed|preview|scrap|python-requests|python-urllib|curl/|wget/|httpclient|go-http-client|java/|monitor|uptime|pingdom|facebookexternalhit|baiduspider|bytespider|yisouspider|sogou web`)
	tablets = regexp.MustCompile(`(?i)ipad|tablet|playbook|silk|kindle`)
	phones  = regexp.MustCompile(`(?i)mobi|iphone|ipod|android|harmony|windows phone`)
)

// agents are the user agents seen of late: few write most events.
var agents, _ = lru.New[string, agentSays](4096)

type agentSays struct{ bot, tablet, phone bool }

func readAgent(agent string) agentSays {
	said, known := agents.Get(agent)
	if !known {
		said = agentSays{
			bot:    robots.MatchString(agent),
			tablet: tablets.MatchString(agent) || strings.Contains(agent, "Android") && !strings.Contains(agent, "Mobile"),
			phone:  phones.MatchString(agent),
		}
		agents.Add(agent, said)
	}
	return said
}

// device tells from its own words on what somebody is and whether that is a program.
func device(agent, kind string) (name string, bot bool) {
	said := agentSays{}
	if agent != "" {
		said = readAgent(agent)
	}
	bot = said.bot
	switch kind = strings.ToLower(kind); {
	case kind == "ios" || kind == "android" || kind == "mobile" || kind == "phone":
		return "phone", bot
	case kind == "tablet" || kind == "desktop":
		return kind, bot
	case agent == "":
		return "", bot
	case said.tablet:
		return "tablet", bot
	case said.phone:
		return "phone", bot
	}
	return "desktop", bot
}

var (
	mailAddress = regexp.MustCompile(`[\p{L}\p{N}._%+\-]+(?:@|%40)[\p{L}\p{N}.\-]+\.[\p{L}]{2,}`)
	phoneNumber = regexp.MustCompile(`\+\d{1,3}[ \-]?\(?\d{1,4}\)?(?:[ \-]?\d{2,4}){2,4}\b|\b1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}\b`)
	idNumber    = regexp.MustCompile(`\b[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]\b`)
)

// hide takes contact points and numbers of persons out of a text. It is asked of every text that comes in, so that it looks
// first whether there can be one.
func hide(s string) string {
	if strings.Contains(s, "@") || strings.Contains(s, "%40") {
		s = mailAddress.ReplaceAllString(s, "*")
	}
	digits := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			digits++
		}
	}
	if digits >= 6 {
		s = phoneNumber.ReplaceAllString(idNumber.ReplaceAllString(s, "*"), "*")
	}
	return s
}

// What is called so tells who somebody is: in Latin letters as a whole, without _ and -, also with one of the endings; in
// Chinese also as a part.
var (
	namesOfPerson = setOf(`email mail phone mobile tel telephone cell wechat weixin openid unionid qq firstname lastname fullname givenname familyname
		username customername realname address street ip idcard idnumber passport birthday password token secret`)
	endings       = []string{"number", "no", "address"}
	wordsOfPerson = []string{"手机", "电话", "邮箱", "姓名", "住址", "地址", "身份证", "微信"}
)

var joined = strings.NewReplacer("_", "", "-", "")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

func ofPerson(name string) bool {
	for _, word := range wordsOfPerson {
		if strings.Contains(name, word) {
			return true
		}
	}
	plain := strings.ToLower(joined.Replace(name))
	for _, end := range endings {
		if namesOfPerson[strings.TrimSuffix(plain, end)] {
			return true
		}
	}
	return namesOfPerson[plain]
}

// scrub takes out of properties what tells who somebody is: what is called so, and what looks so wherever it stands.
func scrub(name string, value any) any {
	if ofPerson(name) {
		return nil
	}
	switch v := value.(type) {
	case string:
		return hide(plain(v))
	case []any:
		for i := range v {
			v[i] = scrub("", v[i])
		}
	case map[string]any:
		for key, inner := range v {
			kept := scrub(key, inner)
			tidy := hide(plain(key))
			if tidy != key || kept == nil {
				delete(v, key)
			}
			if kept != nil && tidy != "" {
				v[tidy] = kept
			}
		}
	}
	return value
}
