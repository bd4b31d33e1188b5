package activation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A member is a parameter as it is written: a key with its value in JSON.
type member struct {
	key   string
	value []byte
}

// splitText splits a text into the name and the parameters. The value of a
// parameter becomes a JSON number or bool if it looks like one, else a string,
// which may be the text of another activation: gate=leaky_relu(alpha=0.2). If only the
// parameters are wrong, splitText returns the name and an error.
func splitText[T Float](text string) (name string, members []member, err error) {
	name, inner, open := strings.Cut(strings.TrimSpace(text), "(")
	name = strings.TrimSpace(name)
	if !open {
		return name, nil, nil
	}
	inner, closed := strings.CutSuffix(inner, ")")
	if !closed {
		return "", nil, fmt.Errorf("%s does not end with a parenthesis", short(strconv.Quote(text)))
	}
	if strings.TrimSpace(inner) == "" {
		return name, nil, nil
	}
	for _, part := range splitList(inner) {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return name, nil, fmt.Errorf("%s is not a parameter: want name=value", short(strconv.Quote(part)))
		}
		members = append(members, member{strings.TrimSpace(key), textValue[T](strings.TrimSpace(value))})
	}
	return name, members, unique(members)
}

// splitList splits text at its commas, except for those within parentheses.
func splitList(text string) (parts []string) {
	depth, start := 0, 0
	for i, c := range []byte(text) {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, text[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, text[start:])
}

// textValue returns a value of a text as JSON. The digits of a number stay as
// they are if JSON has the same syntax. Otherwise they are the shortest decimal of the
// T that strconv reads: a float64 would be rounded once more.
func textValue[T Float](value string) []byte {
	v, err := strconv.ParseFloat(value, bitSize[T]())
	if errors.Is(err, strconv.ErrSyntax) {
		if value == "true" || value == "false" {
			return []byte(value)
		}
		return jsonString(value)
	}
	digits := strings.TrimPrefix(value, "+")
	if whole := strings.TrimLeft(digits, "0"); whole != "" && '1' <= whole[0] && whole[0] <= '9' {
		digits = whole // JSON has no leading zeros
	} else if whole == "" && digits != "" {
		digits = "0"
	}
	if json.Valid([]byte(digits)) {
		return []byte(digits)
	}
	if err != nil { // out of range: an error wherever a number is wanted
		return jsonString(value)
	}
	number := appendNumber(nil, T(v))
	if v-v == 0 && bytes.IndexByte(number, 'e') < 0 {
		number = append(number, "e0"...) // not a size: 9.99999999999e0 may round to 10
	}
	return number
}

// jsonString returns s as JSON.
func jsonString(s string) []byte {
	data, _ := json.Marshal(s) // no error is possible
	return data
}

// depth returns how deep JSON objects are nested, the outer one included. The time to read them is
// their depth times their length, so it is limited.
func depth(data []byte) (deepest int) {
	level, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			level++
			deepest = max(deepest, level)
		case c == '}':
			level--
		}
	}
	return deepest
}

// splitObject splits a JSON object into its type and the other members.
func splitObject(data []byte) (name string, members []member, err error) {
	members, err = splitMembers(data)
	if err != nil {
		return "", nil, err
	}
	for i, m := range members {
		if m.key != "type" {
			continue
		}
		if m.value[0] != '"' || json.Unmarshal(m.value, &name) != nil {
			return "", nil, fmt.Errorf(`"type" = %s, want a string`, short(string(m.value)))
		}
		return name, append(members[:i], members[i+1:]...), nil
	}
	return "", nil, errors.New(`"type" is missing`)
}

// splitMembers splits data, which must be one JSON object and nothing else. The
// values of the members are valid JSON.
func splitMembers(data []byte) (members []member, err error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if token, err := decoder.Token(); err != nil {
		return nil, syntax(err)
	} else if token != json.Delim('{') {
		return nil, fmt.Errorf("%s is not an object", short(string(data)))
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, syntax(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, syntax(err)
		}
		members = append(members, member{key.(string), value}) // the decoder allows no other key
	}
	if _, err := decoder.Token(); err != nil {
		return nil, syntax(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more after the object")
	}
	return members, unique(members)
}

// unique returns an error if a key is given twice.
func unique(members []member) error {
	seen := keys{}
	for _, m := range members {
		if err := seen.add(m.key); err != nil {
			return err
		}
	}
	return nil
}

// keys holds the keys of an object in lower case. Letter case does not count, because
// encoding/json ignores it for fields. For a key that is given twice, encoding/json would take
// the last value without an error.
type keys map[string]bool

// add returns an error if the key is there already.
func (k keys) add(key string) error {
	folded := strings.ToLower(strings.ToUpper(key))
	if k[folded] {
		return fmt.Errorf("%s is given twice", short(strconv.Quote(key)))
	}
	k[folded] = true
	return nil
}

// uniqueWithin returns an error if an object within the values of the members has
// a key twice.
func uniqueWithin(members []member) error {
	for _, m := range members {
		if bytes.IndexByte(m.value, '{') < 0 {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(m.value))
		decoder.UseNumber() // of any size
		if err := uniqueKeys(decoder); err != nil {
			return fmt.Errorf("%s: %w", short(m.key), err)
		}
	}
	return nil
}

// uniqueKeys reads a value, and returns an error if an object in it has a key
// twice.
func uniqueKeys(decoder *json.Decoder) error {
	token, err := decoder.Token()
	delimiter, compound := token.(json.Delim)
	if err != nil || !compound {
		return err
	}
	seen := keys{}
	for decoder.More() {
		if delimiter == '{' {
			key, err := decoder.Token()
			if err != nil {
				return err
			}
			if err := seen.add(key.(string)); err != nil {
				return err
			}
		}
		if err := uniqueKeys(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token() // the end of the value
	return err
}

// syntax returns an error of the decoder, and io.ErrUnexpectedEOF in place of io.EOF.
func syntax(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readSize reads a whole number. The value is valid JSON, as for the functions below.
func readSize(value []byte) (int, error) {
	n, err := strconv.Atoi(string(value))
	if errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s does not fit an int", short(string(value)))
	}
	if err != nil {
		return 0, fmt.Errorf("%s is not a whole number", short(string(value)))
	}
	return n, nil
}

// readBool reads true or false, and not 1 or 0 as strconv.ParseBool does.
func readBool(value []byte) (bool, error) {
	switch string(value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%s is neither true nor false", short(string(value)))
}

// readNumber reads a number, or a string for a number that JSON does not have.
func readNumber[T Float](value []byte) (T, error) {
	if isNumber(value) {
		v, err := strconv.ParseFloat(string(value), bitSize[T]())
		if err != nil {
			return 0, fmt.Errorf("%s does not fit a float%d", short(string(value)), bitSize[T]())
		}
		return T(v), nil
	}
	switch string(value) {
	case `"NaN"`, `"+Inf"`, `"-Inf"`:
		v, err := strconv.ParseFloat(string(value[1:len(value)-1]), 64)
		return T(v), err
	}
	return 0, fmt.Errorf(`%s is not a number, nor "NaN", "+Inf" or "-Inf"`, short(string(value)))
}

// readNumbers reads an array of numbers. It splits the array at all commas. A comma inside a
// string, an array or an object needs no care: the piece before it is not a number, so it is
// an error anyway.
func readNumbers[T Float](value []byte) ([]T, error) {
	if value[0] != '[' {
		return nil, fmt.Errorf("%s is not an array of numbers", short(string(value)))
	}
	rest := bytes.TrimSpace(value[1 : len(value)-1])
	if len(rest) == 0 {
		return nil, nil
	}
	numbers := make([]T, 0, bytes.Count(rest, []byte{','})+1)
	for more := true; more; {
		var piece []byte
		piece, rest, more = bytes.Cut(rest, []byte{','})
		v, err := readNumber[T](bytes.TrimSpace(piece))
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", len(numbers), err)
		}
		numbers = append(numbers, v)
	}
	return numbers, nil
}

// isNumber reports whether text, which is valid JSON, is a number.
func isNumber(text []byte) bool {
	return text[0] == '-' || '0' <= text[0] && text[0] <= '9'
}

// appendNumber appends v as JSON.
func appendNumber[T Float](data []byte, v T) []byte {
	if v-v != 0 { // NaN or infinite
		return strconv.AppendQuote(data, decimal(v))
	}
	return strconv.AppendFloat(data, float64(v), 'g', -1, bitSize[T]())
}

// short returns a text, or the beginning of a long one, on one line for an
// error.
func short(text string) string {
	const most = 60
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}
