package guard

import (
	"bufio"
	"crypto/sha1" //nolint:gosec // the lists of breached passwords are named by SHA-1; nothing is protected by it
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"github.com/nbutton23/zxcvbn-go/frequency"

	"guanxi/base/fault"
)

// worst are the passwords most often found in breaches, most of all shorter than we allow: what counts is whether one of
// them, dressed up, is all there is to a password.
var worst = sync.OnceValue(func() map[string]bool {
	list := frequency.Lists["Passwords"].List
	set := make(map[string]bool, len(list))
	for _, word := range list {
		set[strings.ToLower(word)] = true
	}
	return set
})

var plain = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "l", "0", "o", "$", "s", "5", "s", "7", "t")

// checkStrength says what is wrong with a password: too short, made of what is guessed first, or known from a breach.
// No digits, capitals or signs are asked for: they make passwords harder to remember and not to guess (NIST SP 800-63B,
// 5.1.1.2). known are words about the person and the company. Faults: invalid; an unreadable list is an error.
func (g *Guard) checkStrength(password string, minLength int, known ...string) error {
	letters := []rune(password)
	switch {
	case len(letters) < minLength || len(password) > 1024:
		return fault.Invalid("password", "password_length", minLength)
	case guessable(strings.ToLower(password), known):
		return fault.Invalid("password", "password_guessable")
	}
	found, err := g.inList(password)
	if err == nil && found {
		return fault.Invalid("password", "password_breached")
	}
	return err
}

// guessable says whether a password is one of the worst or a word about the person, however often repeated and with
// whatever digits and signs around and instead of letters, or a run of neighbours: aaaa..., 1234..., abcd....
func guessable(password string, known []string) bool {
	if run(password) {
		return true
	}
	bare := func(text string) string {
		return strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	core := bare(password)
	for _, form := range []string{password, core, plain.Replace(core), bare(plain.Replace(password))} {
		form = once(form)
		if form == "" || worst()[form] {
			return form != "" || core == ""
		}
		for _, word := range known {
			if word = strings.ToLower(strings.TrimSpace(word)); len([]rune(word)) >= 3 && strings.Contains(form, word) && len([]rune(form))-len([]rune(word)) < 6 {
				return true
			}
		}
	}
	return false
}

// once gives the part of which a text is a repetition: abcabcabc becomes abc.
func once(text string) string {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n == 0 && strings.Repeat(text[:n], len(text)/n) == text {
			return text[:n]
		}
	}
	return text
}

// run says whether nearly every sign is the neighbour of the one before.
func run(text string) bool {
	letters := []rune(text)
	steps := 0
	for i := 1; i < len(letters); i++ {
		if d := letters[i] - letters[i-1]; d >= -1 && d <= 1 || letters[i-1] == '9' && letters[i] == '0' {
			steps++
		}
	}
	return len(letters) > 1 && steps*10 >= (len(letters)-1)*8
}

// inList looks a password up in the list the company has put beside its data: files named by the first five digits of the
// SHA-1, as the Pwned Passwords range API gives them, one REST:COUNT a line. No list, no finding; nothing is asked outside.
func (g *Guard) inList(password string) (bool, error) {
	if g.BreachedDir == "" {
		return false, nil
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	name := strings.ToUpper(hex.EncodeToString(sum[:]))
	for _, file := range []string{name[:5], name[:5] + ".txt"} {
		found, err := hasLine(filepath.Join(g.BreachedDir, file), name[5:])
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func hasLine(path, rest string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if suffix, _, _ := strings.Cut(lines.Text(), ":"); strings.EqualFold(strings.TrimSpace(suffix), rest) {
			return true, nil
		}
	}
	return false, lines.Err()
}
