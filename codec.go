package activation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// An activation is written as a name with parameters, in one of two ways:
//
//	softmax(classes=10, temperature=0.5)                      String and Parse
//	{"type":"softmax","classes":10,"temperature":0.5}         Marshal and Unmarshal
//
// Both are read as a name and a list of members, which then set the fields.

// Parse returns the activation that a text such as "tanh" or
// "softmax(classes=10, temperature=0.5)" names, as its String gives it. So a
// flag or a configuration file can choose one:
//
//	identity, sigmoid, tanh, relu
//	leaky_relu(alpha=0.01)
//	maxout(pieces=2, stride=49)
//	softmax(classes=10, stride=49, temperature=0.5), log_softmax(…)
//
// and those of [Register]. A parameter that is left out takes its default, 0.01
// or 1, and no classes stand for the whole slice; but pieces must be there.
// What is not known, or cannot be right, is an error that says what can.
//
// A text has no room for the parameters of [PReLU] and [MaxoutLayer]; for these
// there is [Unmarshal]. The texts of the others read back as the same function,
// to the last bit. ("leaky_relu(alpha=0.01)" is that of LeakyReLU{} as well as
// that of LeakyReLU{Alpha: 0.01}, and reads back as the latter.)
func Parse[T Float](text string) (Activation[T], error) {
	var a Activation[T]
	name, members, err := splitText(text)
	if err == nil {
		a, err = build[T](name, members, true)
	}
	return a, failure("Parse", err)
}

// Marshal returns a as JSON, with all its parameters: an object of its type and
// its fields, but for those that are zero.
//
//	{"type":"tanh"}
//	{"type":"leaky_relu","alpha":0.2}
//	{"type":"prelu","alpha":[0.25,0.25],"stride":49}
//	{"type":"maxout","pieces":2,"stride":49}
//	{"type":"maxout_layer","inputs":1,"units":1,"pieces":2,"params":[1,-1,0,0]}
//	{"type":"softmax","classes":10,"stride":49,"temperature":0.5}
//
// A number is the shortest decimal that reads back as the same T, so that
// [Unmarshal] gives the same bits; what JSON has no numbers for are the strings
// "NaN", "+Inf" and "-Inf". For the result of [Parallel] it writes the
// activation inside, for a pointer what it points to.
//
// It is an error if a is a [Func], which is code, if a is of a type that is
// neither of this package nor known by [Register], or if it has a field that no
// slice would be right for, such as Pieces of 0, and so Unmarshal would refuse.
func Marshal[T Float](a Activation[T]) ([]byte, error) {
	data, err := marshal(a)
	return data, failure("Marshal", err)
}

// Unmarshal returns the activation that the JSON of [Marshal] describes. The
// keys may come in any order. Whatever data holds, the result is either an
// activation that is ready to use, or an error: for a type or a key that is not
// known, or is there twice, or is missing, for a value of another kind, or out
// of range, or too large for a T, and for anything after the object.
func Unmarshal[T Float](data []byte) (Activation[T], error) {
	var a Activation[T]
	name, members, err := splitObject(data)
	if err == nil {
		a, err = build[T](name, members, false)
	}
	return a, failure("Unmarshal", err)
}

// Register makes a type of your own known to [Marshal], [Unmarshal] and
// [Parse], by a name and any value of it:
//
//	activation.Register("swish", Swish[float32]{})
//	activation.Register("swish", Swish[float64]{})
//
// Its fields are written and read by encoding/json, with its rules: as an
// object, to which Marshal adds the type. A type that wants it otherwise, or
// wants to check what it reads, has methods MarshalJSON and UnmarshalJSON.
//
// Register is meant for init functions, and panics for a mistake: for a name
// that is not made of ASCII letters, digits and underscores, and for a name or
// a type that is known already, for the same T.
func Register[T Float](name string, a Activation[T]) {
	if a == nil {
		mistake("Register", "a is nil")
	}
	if !isName(name) {
		mistake("Register", "%q is not a name of letters, digits and underscores", name)
	}
	t := reflect.TypeOf(a)
	own.Lock()
	defer own.Unlock()
	k := ownName{name, bitSize[T]()}
	if _, taken := own.types[k]; taken || slices.Contains(builtinNames[T](), name) {
		mistake("Register", "the name %s is taken", name)
	}
	if _, known := own.names[t]; known || isBuiltin(a) {
		mistake("Register", "the type %v has a name", t)
	}
	own.types[k], own.names[t] = t, name
}

// failure returns the error of a call, or nil.
func failure(call string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("activation: %s: %w", call, err)
}

// own holds the types of Register.
var own = struct {
	sync.RWMutex
	types map[ownName]reflect.Type
	names map[reflect.Type]string
}{types: map[ownName]reflect.Type{}, names: map[reflect.Type]string{}}

type ownName struct {
	name string
	bits int // of T
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return s != ""
}

// builtins returns the types of the package that have a name, in the order of
// errors that list them.
func builtins[T Float]() []Activation[T] {
	return []Activation[T]{
		&Identity[T]{}, &Sigmoid[T]{}, &Tanh[T]{}, &ReLU[T]{}, &LeakyReLU[T]{}, &PReLU[T]{},
		&Maxout[T]{}, &MaxoutLayer[T]{}, &Softmax[T]{}, &LogSoftmax[T]{},
	}
}

// isBuiltin reports whether a is of a type of this package, or points to one.
func isBuiltin[T Float](a Activation[T]) bool {
	switch a.(type) {
	case Func[T], *Func[T], wrapper[T]:
		return true
	}
	name, _ := describe(pointer(a))
	return name != ""
}

// pointer returns a, or a pointer to a copy of it if it is none.
func pointer[T Float](a Activation[T]) Activation[T] {
	v := reflect.ValueOf(a)
	if v.Kind() == reflect.Pointer {
		return a
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p.Interface().(Activation[T])
}

func builtinNames[T Float]() (names []string) {
	for _, a := range builtins[T]() {
		name, _ := describe(a)
		names = append(names, name)
	}
	return names
}

// describe returns the name of what a points to, and its parameters; no name
// for a type that is not one of builtins.
func describe[T Float](a Activation[T]) (name string, parameters []parameter[T]) {
	switch a := a.(type) {
	case *Identity[T]:
		return "identity", nil
	case *Sigmoid[T]:
		return "sigmoid", nil
	case *Tanh[T]:
		return "tanh", nil
	case *ReLU[T]:
		return "relu", nil
	case *LeakyReLU[T]:
		return "leaky_relu", []parameter[T]{{name: "alpha", field: &a.Alpha}}
	case *PReLU[T]:
		return "prelu", []parameter[T]{{name: "alpha", field: &a.Alpha, required: true}, {name: "stride", field: &a.Stride}}
	case *Maxout[T]:
		return "maxout", []parameter[T]{{name: "pieces", field: &a.Pieces, required: true}, {name: "stride", field: &a.Stride}}
	case *MaxoutLayer[T]:
		return "maxout_layer", []parameter[T]{
			{name: "inputs", field: &a.Inputs, required: true},
			{name: "units", field: &a.Units, required: true},
			{name: "pieces", field: &a.Pieces, required: true},
			{name: "params", field: &a.Params, required: true, length: func() int { return a.size() }},
		}
	case *Softmax[T]:
		return "softmax", []parameter[T]{
			{name: "classes", field: &a.Classes},
			{name: "stride", field: &a.Stride},
			{name: "temperature", field: &a.Temperature, positive: true},
		}
	case *LogSoftmax[T]:
		_, parameters = describe[T]((*Softmax[T])(a))
		return "log_softmax", parameters
	}
	return "", nil
}

// A parameter is a field of an activation by its name. A field that is not
// required may be zero, and is left out then: what is there must not be 0, nor
// an int negative, nor a slice empty.
type parameter[T Float] struct {
	name     string
	field    any // *int, *T or *[]T
	required bool
	positive bool       // a T must be above 0
	length   func() int // where a slice must have one
}

// isZero reports whether the field is as if it were left out.
func (p parameter[T]) isZero() bool {
	switch f := p.field.(type) {
	case *int:
		return *f == 0
	case *T:
		return *f == 0
	}
	return len(*p.field.(*[]T)) == 0
}

// check returns what is wrong with the value of the field, if it is there.
func (p parameter[T]) check() error {
	switch f := p.field.(type) {
	case *int:
		if *f < 1 {
			return fmt.Errorf("%s = %d, want at least 1", p.name, *f)
		}
	case *T:
		if p.positive && !(*f > 0) {
			return fmt.Errorf("%s = %s, want above 0", p.name, decimal(*f))
		}
		if *f == 0 {
			return fmt.Errorf("%s = 0, which would stand for the default: leave it out, or give another", p.name)
		}
	case *[]T:
		if len(*f) == 0 {
			return fmt.Errorf("%s is empty", p.name)
		}
		if p.length != nil && len(*f) != p.length() {
			return fmt.Errorf("len(%s) = %d, want units·pieces·(inputs+1) = %d", p.name, len(*f), p.length())
		}
	}
	return nil
}

// append appends the value of the field as JSON.
func (p parameter[T]) append(data []byte) []byte {
	switch f := p.field.(type) {
	case *int:
		return strconv.AppendInt(data, int64(*f), 10)
	case *T:
		return appendNumber(data, *f)
	}
	data = append(data, '[')
	for i, v := range *p.field.(*[]T) {
		if i > 0 {
			data = append(data, ',')
		}
		data = appendNumber(data, v)
	}
	return append(data, ']')
}

// set sets the field to a JSON value.
func (p parameter[T]) set(value []byte) (err error) {
	switch f := p.field.(type) {
	case *int:
		*f, err = readSize(value)
	case *T:
		*f, err = readNumber[T](value)
	case *[]T:
		*f, err = readNumbers[T](value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// marshal is [Marshal], with errors that do not name the call.
func marshal[T Float](a Activation[T]) ([]byte, error) {
	if w, ok := a.(wrapper[T]); ok {
		a = w.inside()
	}
	switch v := reflect.ValueOf(a); {
	case a == nil:
		return nil, errors.New("a is nil")
	case v.Kind() == reflect.Pointer && v.IsNil():
		return nil, fmt.Errorf("the %T is nil", a)
	}
	switch a.(type) {
	case Func[T], *Func[T]:
		return nil, errors.New("a Func is code: make it a type of its own, and Register that")
	}
	name, parameters := describe(pointer(a))
	if name == "" {
		return marshalOwn(a)
	}
	data := appendType(nil, name)
	for _, p := range parameters {
		if p.isZero() && !p.required {
			continue
		}
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		data = append(data, `,"`+p.name+`":`...)
		data = p.append(data)
	}
	return append(data, '}'), nil
}

// appendType appends an object that holds the type, and is not closed.
func appendType(data []byte, name string) []byte {
	return append(data, `{"type":"`+name+`"`...)
}

// marshalOwn is marshal for a type that is not of this package.
func marshalOwn[T Float](a Activation[T]) ([]byte, error) {
	t := reflect.TypeOf(a)
	own.RLock()
	name, known := own.names[t]
	if !known && t.Kind() == reflect.Pointer {
		name, known = own.names[t.Elem()]
	}
	own.RUnlock()
	if !known {
		return nil, fmt.Errorf("the type %v is not known: Register it", t)
	}
	fields, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	members, err := splitMembers(fields)
	if err != nil {
		return nil, fmt.Errorf("%s: its JSON: %w", name, err)
	}
	for _, m := range members {
		if m.key == "type" {
			return nil, fmt.Errorf("%s: its JSON has a key \"type\", which is taken", name)
		}
	}
	data := appendType(nil, name)
	if len(members) > 0 {
		data = append(data, ',')
	}
	return append(data, fields[1:]...), nil
}

// A member is a key with its value in JSON.
type member struct {
	key   string
	value []byte
}

// build returns the activation of that name with its parameters set. A text
// has no slices.
func build[T Float](name string, members []member, text bool) (Activation[T], error) {
	for _, a := range builtins[T]() {
		n, parameters := describe(a)
		if n != name {
			continue
		}
		if text && slices.ContainsFunc(parameters, parameter[T].isSlice) {
			return nil, fmt.Errorf("%s has parameters that a text does not hold: use Unmarshal", name)
		}
		if err := setAll(parameters, members); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return reflect.ValueOf(a).Elem().Interface().(Activation[T]), nil
	}
	own.RLock()
	t, known := own.types[ownName{name, bitSize[T]()}]
	own.RUnlock()
	if !known {
		return nil, fmt.Errorf("%s is not known: there are %s", short(strconv.Quote(name)), strings.Join(names[T](), ", "))
	}
	a, err := buildOwn[T](t, members)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

func (p parameter[T]) isSlice() bool {
	_, ok := p.field.(*[]T)
	return ok
}

// names returns all names that are known.
func names[T Float]() []string {
	own.RLock()
	defer own.RUnlock()
	var added []string
	for k := range own.types {
		if k.bits == bitSize[T]() {
			added = append(added, k.name)
		}
	}
	slices.Sort(added)
	return append(builtinNames[T](), added...)
}

// setAll sets the parameters to the values of the members, and checks them.
func setAll[T Float](parameters []parameter[T], members []member) error {
	given := make([]bool, len(parameters))
	for _, m := range members {
		i := slices.IndexFunc(parameters, func(p parameter[T]) bool { return p.name == m.key })
		if i < 0 {
			var known []string
			for _, p := range parameters {
				known = append(known, p.name)
			}
			if known == nil {
				return fmt.Errorf("%s is not known: it has no parameters", short(strconv.Quote(m.key)))
			}
			return fmt.Errorf("%s is not known: its parameters are %s", short(strconv.Quote(m.key)), strings.Join(known, ", "))
		}
		if err := parameters[i].set(m.value); err != nil {
			return err
		}
		given[i] = true
	}
	for i, p := range parameters {
		if !given[i] && p.required {
			return fmt.Errorf("%s is missing", p.name)
		}
		if given[i] {
			if err := p.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// buildOwn returns a value of the registered type t.
func buildOwn[T Float](t reflect.Type, members []member) (Activation[T], error) {
	object := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			object = append(object, ',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		object = append(append(append(object, key...), ':'), m.value...)
	}
	decoder := json.NewDecoder(bytes.NewReader(append(object, '}')))
	decoder.DisallowUnknownFields()
	v := reflect.New(t)
	if err := decoder.Decode(v.Interface()); err != nil {
		return nil, err
	}
	return v.Elem().Interface().(Activation[T]), nil
}

// splitText splits a text into its name and parameters.
func splitText(text string) (name string, members []member, err error) {
	name, inner, ok := strings.Cut(text, "(")
	if !ok {
		return name, nil, nil
	}
	inner, ok = strings.CutSuffix(inner, ")")
	if !ok {
		return "", nil, fmt.Errorf("%s does not end with a parenthesis", short(strconv.Quote(text)))
	}
	if strings.Trim(inner, " ") == "" {
		return name, nil, nil
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(inner, ",") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.Trim(key, " "), strings.Trim(value, " ")
		if !ok {
			return "", nil, fmt.Errorf("%s is not a parameter: want name=number", short(strconv.Quote(part)))
		}
		if seen[key] {
			return "", nil, fmt.Errorf("%s is there twice", short(strconv.Quote(key)))
		}
		seen[key] = true
		switch {
		case json.Valid([]byte(value)) && isNumber([]byte(value)):
		case isSpecial(value):
			value = strconv.Quote(value)
		default:
			return "", nil, fmt.Errorf("%s = %s, want a number", short(key), short(value))
		}
		members = append(members, member{key, []byte(value)})
	}
	return name, members, nil
}

// splitObject splits a JSON object into its type and the other members.
func splitObject(data []byte) (name string, members []member, err error) {
	members, err = splitMembers(data)
	if err != nil {
		return "", nil, err
	}
	i := slices.IndexFunc(members, func(m member) bool { return m.key == "type" })
	if i < 0 {
		return "", nil, errors.New(`"type" is missing`)
	}
	if value := members[i].value; value[0] != '"' || json.Unmarshal(value, &name) != nil {
		return "", nil, fmt.Errorf(`"type" = %s, want a string`, short(string(value)))
	}
	return name, slices.Delete(members, i, i+1), nil
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
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, syntax(err)
		}
		key := token.(string) // the decoder has seen to that
		if seen[key] {
			return nil, fmt.Errorf("%s is there twice", short(strconv.Quote(key)))
		}
		seen[key] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, syntax(err)
		}
		members = append(members, member{key, value})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, syntax(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more after the object")
	}
	return members, nil
}

// syntax returns an error of the decoder, with io.EOF in the words of the other
// errors.
func syntax(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// The readers of values. Each gets valid JSON.

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

// readNumber reads a number, or a string for one that JSON does not have.
func readNumber[T Float](value []byte) (T, error) {
	if isNumber(value) {
		v, err := strconv.ParseFloat(string(value), bitSize[T]())
		if err != nil {
			return 0, fmt.Errorf("%s does not fit a float%d", short(string(value)), bitSize[T]())
		}
		return T(v), nil
	}
	var special string
	if json.Unmarshal(value, &special) != nil || !isSpecial(special) {
		return 0, fmt.Errorf(`%s is not a number, nor "NaN", "+Inf" or "-Inf"`, short(string(value)))
	}
	v, err := strconv.ParseFloat(special, 64)
	return T(v), err
}

// readNumbers reads an array. It cuts it at all commas: where one of them is
// within a string, or an array, or an object, the piece that this begins in is
// not a number.
func readNumbers[T Float](value []byte) ([]T, error) {
	if value[0] != '[' {
		return nil, fmt.Errorf("%s is not an array of numbers", short(string(value)))
	}
	rest := bytes.TrimSpace(value[1 : len(value)-1])
	if len(rest) == 0 {
		return nil, nil
	}
	numbers := make([]T, 0, bytes.Count(rest, []byte{','})+1)
	for _, piece := range bytes.Split(rest, []byte{','}) {
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

// isSpecial reports whether text is the name of a number that JSON lacks.
func isSpecial(text string) bool { return text == "NaN" || text == "+Inf" || text == "-Inf" }

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
