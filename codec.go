package activation

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An activation is written as a name with parameters, in one of two forms:
//
//	softmax(classes=10, temperature=0.5)                      String and Parse
//	{"type":"softmax","classes":10,"temperature":0.5}         Marshal and Unmarshal
//
// syntax.go splits both into a name and members, and this file sets the fields
// of the type of that name to them. register.go does so for types of the user.

// Parse returns the activation that text describes: a name, and its parameters in
// parentheses. It is for flags and configuration files:
//
//	identity, sigmoid, tanh, relu
//	leaky_relu(alpha=0.01)
//	prelu(slopes=64, stride=49)
//	maxout(pieces=2, stride=49)
//	maxout_layer(inputs=64, units=32, pieces=2)
//	gelu, gelu_tanh, silu(beta=1), mish, softplus(beta=1), log_sigmoid
//	elu(alpha=1), selu, celu(alpha=1)
//	hard_sigmoid(slope=0.2), hard_swish, hard_tanh(min=0, max=6)
//	squared_relu, softsign
//	gated(gate=silu, stride=64, gate_last=true)
//	softmax(classes=10, stride=49, temperature=0.5), log_softmax(…)
//
// and the types of [Register]. [Names] lists the main names. Parse also knows the names
// linear (identity), gelu_new and gelu_pytorch_tanh (gelu_tanh), swish (silu),
// hard_silu (hard_swish), relu6 (hard_tanh(min=0, max=6)) and relu2 (squared_relu),
// and negative_slope for the alpha of leaky_relu.
//
// Case, hyphens and underscores in names do not matter: LeakyReLU, leaky-relu and
// leaky_relu are the same. White space around names and numbers is ignored. Numbers
// have the syntax of [strconv.ParseFloat]: .2, 1e-3, Inf. Whole numbers, such as
// classes and stride, have no point, no exponent and no underscore.
//
// A parameter that is left out has the default of its field: the alpha of
// leaky_relu is 0.01, strides are 1, and without classes the whole slice is one
// distribution. If hard_tanh has only one of min and max, the other is 0. A prelu
// without slopes has one. Pieces, inputs, units and gate have no default. Parse
// refuses a 0 that would mean the default, such as leaky_relu(alpha=0): for a slope
// of 0 use relu.
//
// Parse reads the text that String returns for a type of this package with valid
// fields. The result is the same function bit for bit, with three exceptions. The
// text of a [PReLU] does not hold the slopes: the result has those of [NewPReLU].
// The text of a [MaxoutLayer] does not hold the weights: the result has those of
// [NewMaxoutLayer] for a generator with a fixed seed, so the same text always gives
// the same weights. The text of a [Func] is an error, and so is that of a [Gated]
// whose Gate is a Func.
//
// The text of a Gated holds what its Gate prints. If the Gate is a type of your own,
// Parse may fail, or read another function: use [Any] or [Marshal] for such a Gated.
// Use Marshal for learned parameters, too.
//
// Parse returns an error if the text does not have this form, if the name or a
// parameter is unknown, and if a parameter is missing, repeated or invalid. A text may
// ask for at most 2²⁴ slopes, or weights and biases, and may have at most 100 opening
// parentheses.
func Parse[T Float](text string) (Activation[T], error) {
	a, err := parse[T](text)
	return a, failure("Parse", err)
}

// Marshal returns a as a JSON object of its type and its fields, without the fields
// that are 0:
//
//	{"type":"tanh"}
//	{"type":"leaky_relu","alpha":0.2}
//	{"type":"prelu","alpha":[0.25,0.25],"stride":49}
//	{"type":"maxout","pieces":2,"stride":49}
//	{"type":"maxout_layer","inputs":1,"units":1,"pieces":2,"params":[1,-1,0,0]}
//	{"type":"softmax","classes":10,"stride":49,"temperature":0.5}
//	{"type":"gated","gate":{"type":"silu","beta":2},"stride":64,"gate_last":true}
//
// A number is the shortest decimal that reads back as the same T. NaN and the
// infinities are the strings "NaN", "+Inf" and "-Inf". So [Unmarshal] returns the
// same activation bit for bit. For a pointer, an [Any], or the result of
// [Parallel], Marshal writes the activation inside.
//
// Marshal returns an error if a is nil, if a is a [Func], if a has a type of
// another package that is not registered, if a field is invalid, such as Pieces
// of 0, and if objects are nested more than 100 deep. To save an activation as
// a field of a struct, use Any: package json writes the fields of an activation
// without its type.
func Marshal[T Float](a Activation[T]) ([]byte, error) {
	data, err := marshal(a)
	return data, failure("Marshal", err)
}

// Unmarshal returns the activation that the JSON of [Marshal] describes. Keys may
// be in any order. Unmarshal reads the names of types and parameters as [Parse]
// does, except that the key "type" must be in lower case.
//
// Unmarshal returns an error if data is not one JSON object, if the type or a key
// is unknown, if a key is missing or repeated, and if a value has the wrong type,
// is out of range, or does not fit a T. Keys that differ only in case count as
// repeated. Objects that are nested more than 100 deep are an error too. The result
// is nil if there is an error.
func Unmarshal[T Float](data []byte) (Activation[T], error) {
	a, err := unmarshal[T](data)
	return a, failure("Unmarshal", err)
}

// Names returns the names that [Marshal] writes: first the types of this package,
// in a fixed order, then your registered types, sorted. [Parse] and [Unmarshal]
// know these names, the other names that [Parse] lists, and second names that you
// register for a type of this package.
func Names[T Float]() []string {
	var names []string
	for _, b := range builtins[T]() {
		names = append(names, b.name)
	}
	return append(names, registered.names(bitSize[T]())...)
}

// failure returns the error of a call, or nil.
func failure(call string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("activation: %s: %w", call, err)
}

// A builtin is a type of this package that has a name.
type builtin[T Float] struct {
	name       string
	a          Activation[T] // points to a new zero value
	parameters []parameter[T]
	aliases    []string     // other names, with the parameters they set: "relu6(min=0, max=6)"
	text       *textForm[T] // if a text cannot hold the parameters
}

// A textForm says how a text describes an activation that has slices.
type textForm[T Float] struct {
	parameters []parameter[T]
	size       func() int // of the slices
	allocate   func()     // gives the slices that size, and initial values
}

// builtins returns the types of the package, in the order of Names. A new type
// is one entry here.
func builtins[T Float]() []builtin[T] {
	leaky, prelu, slopes := &LeakyReLU[T]{}, &PReLU[T]{}, 1
	silu, softplus, elu, celu := &SiLU[T]{}, &Softplus[T]{}, &ELU[T]{}, &CELU[T]{}
	hardSigmoid, hardTanh, gated := &HardSigmoid[T]{}, &HardTanh[T]{}, &Gated[T]{}
	maxout, layer := &Maxout[T]{}, &MaxoutLayer[T]{}
	softmax, logSoftmax := &Softmax[T]{}, &LogSoftmax[T]{}
	stride := func(field *int) parameter[T] { return parameter[T]{name: "stride", field: field} }
	rows := func(s *Softmax[T]) []parameter[T] {
		return []parameter[T]{
			{name: "classes", field: &s.Classes},
			stride(&s.Stride),
			{name: "temperature", field: &s.Temperature, positive: true},
		}
	}
	sizes := []parameter[T]{
		{name: "inputs", field: &layer.Inputs, required: true},
		{name: "units", field: &layer.Units, required: true},
		{name: "pieces", field: &layer.Pieces, required: true},
	}
	return []builtin[T]{
		{name: "identity", a: &Identity[T]{}, aliases: []string{"linear"}},
		{name: "sigmoid", a: &Sigmoid[T]{}},
		{name: "tanh", a: &Tanh[T]{}},
		{name: "relu", a: &ReLU[T]{}},
		{name: "leaky_relu", a: leaky, parameters: []parameter[T]{
			{name: "alpha", alias: "negative_slope", field: &leaky.Alpha},
		}},
		{name: "prelu", a: prelu, parameters: []parameter[T]{
			{name: "alpha", field: &prelu.Alpha, required: true},
			stride(&prelu.Stride),
		}, text: &textForm[T]{
			parameters: []parameter[T]{{name: "slopes", field: &slopes}, stride(&prelu.Stride)},
			size:       func() int { return slopes },
			allocate:   func() { prelu.Alpha = NewPReLU[T](slopes).Alpha },
		}},
		{name: "maxout", a: maxout, parameters: []parameter[T]{
			{name: "pieces", field: &maxout.Pieces, required: true},
			stride(&maxout.Stride),
		}},
		{name: "maxout_layer", a: layer, parameters: append(slices.Clip(sizes), parameter[T]{
			name: "params", field: &layer.Params, required: true, length: func() int { return layer.size() },
		}), text: &textForm[T]{
			parameters: sizes,
			size:       func() int { return layer.size() },
			allocate: func() {
				*layer = NewMaxoutLayer[T](layer.Inputs, layer.Units, layer.Pieces, rand.New(rand.NewPCG(1, 2)))
			},
		}},
		{name: "gelu", a: &GELU[T]{}},
		{name: "gelu_tanh", a: &GELUTanh[T]{}, aliases: []string{"gelu_new", "gelu_pytorch_tanh"}},
		{name: "silu", a: silu, parameters: []parameter[T]{{name: "beta", field: &silu.Beta, finite: true}}, aliases: []string{"swish"}},
		{name: "mish", a: &Mish[T]{}},
		{name: "softplus", a: softplus, parameters: []parameter[T]{{name: "beta", field: &softplus.Beta, positive: true, finite: true}}},
		{name: "log_sigmoid", a: &LogSigmoid[T]{}},
		{name: "elu", a: elu, parameters: []parameter[T]{{name: "alpha", field: &elu.Alpha, finite: true}}},
		{name: "selu", a: &SELU[T]{}},
		{name: "celu", a: celu, parameters: []parameter[T]{{name: "alpha", field: &celu.Alpha, positive: true, finite: true}}},
		{name: "hard_sigmoid", a: hardSigmoid, parameters: []parameter[T]{{name: "slope", field: &hardSigmoid.Slope, positive: true, finite: true}}},
		{name: "hard_swish", a: &HardSwish[T]{}, aliases: []string{"hard_silu"}},
		{name: "hard_tanh", a: hardTanh, parameters: []parameter[T]{
			{name: "min", field: &hardTanh.Min, below: &parameter[T]{name: "max", field: &hardTanh.Max}},
			{name: "max", field: &hardTanh.Max, above: &parameter[T]{name: "min", field: &hardTanh.Min}},
		}, aliases: []string{"relu6(min=0, max=6)"}},
		{name: "squared_relu", a: &SquaredReLU[T]{}, aliases: []string{"relu2"}},
		{name: "softsign", a: &Softsign[T]{}},
		{name: "gated", a: gated, parameters: []parameter[T]{
			{name: "gate", field: &gated.Gate, required: true},
			stride(&gated.Stride),
			{name: "gate_last", field: &gated.GateLast},
		}},
		{name: "softmax", a: softmax, parameters: rows(softmax)},
		{name: "log_softmax", a: logSoftmax, parameters: rows((*Softmax[T])(logSoftmax))},
	}
}

// value returns the activation that b.a points to.
func (b builtin[T]) value() Activation[T] {
	return reflect.ValueOf(b.a).Elem().Interface().(Activation[T])
}

// builtinOf returns the builtin of the type of a, with the fields of a.
func builtinOf[T Float](a Activation[T]) (b builtin[T], found bool) {
	b, found = builtinOfType[T](reflect.TypeOf(a))
	if found {
		reflect.ValueOf(b.a).Elem().Set(reflect.ValueOf(a))
	}
	return b, found
}

// builtinOfType returns the builtin of a type.
func builtinOfType[T Float](t reflect.Type) (b builtin[T], found bool) {
	for _, b := range builtins[T]() {
		if reflect.TypeOf(b.a).Elem() == t {
			return b, true
		}
	}
	return b, false
}

// builtinNamed returns the builtin of the table with that name or alias, and the
// parameters that the alias sets.
func builtinNamed[T Float](table []builtin[T], name string) (b builtin[T], preset []member, found bool) {
	for _, b := range table {
		if sameName(b.name, name) {
			return b, nil, true
		}
		for _, alias := range b.aliases {
			n, preset, err := splitText[T](alias)
			if err == nil && sameName(n, name) {
				return b, preset, true
			}
		}
	}
	return b, nil, false
}

// set sets the fields of b to the members, which come from a text or from JSON.
func (b builtin[T]) set(members []member, text bool) error {
	if b.text == nil || !text {
		return setAll(b.parameters, members)
	}
	if err := setAll(b.text.parameters, members); err != nil {
		return err
	}
	const most = 1 << 24
	if n := b.text.size(); n > most {
		return fmt.Errorf("%d parameters to learn, want at most %d in a text", n, most)
	}
	b.text.allocate()
	return nil
}

// check returns what is wrong with the fields of b.
func (b builtin[T]) check() error {
	for _, p := range b.parameters {
		if p.isZero() && !p.required {
			continue
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

// fold returns the form of a name by which names are compared: in lower case, without - and
// _. It changes only ASCII letters, because a name has no others.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-':
			return -1
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, name)
}

func sameName(a, b string) bool { return fold(a) == fold(b) }

// parse is [Parse], with errors that do not name the call.
func parse[T Float](text string) (Activation[T], error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("not valid UTF-8")
	}
	// A type of the user may hold an activation, which may hold another one.
	if n := strings.Count(text, "("); n > 100 {
		return nil, fmt.Errorf("%s has %d parentheses, want at most 100", short(strconv.Quote(text)), n)
	}
	return parseIn(builtins[T](), text)
}

// parseIn is parse for a table of types.
func parseIn[T Float](table []builtin[T], text string) (Activation[T], error) {
	name, members, err := splitText[T](text)
	if err != nil && name == "" {
		return nil, err
	}
	return build(table, name, members, err, true)
}

// unmarshal is [Unmarshal], with errors that do not name the call.
func unmarshal[T Float](data []byte) (Activation[T], error) {
	if err := checkDepth(data); err != nil {
		return nil, err
	}
	name, members, err := splitObject(data)
	if err != nil {
		return nil, err
	}
	return build(builtins[T](), name, members, nil, false)
}

// checkDepth returns an error if objects are nested too deep.
func checkDepth(data []byte) error {
	if n := depth(data); n > 100 {
		return fmt.Errorf("%s has objects nested %d deep, want at most 100", short(string(data)), n)
	}
	return nil
}

// build returns the activation of that name with its parameters set to the
// members, which come from a text or from JSON. wrong is what is wrong with the members,
// and counts only if the name is known.
func build[T Float](table []builtin[T], name string, members []member, wrong error, text bool) (a Activation[T], err error) {
	b, preset, found := builtinNamed(table, name)
	var own reflect.Type
	if !found {
		own = registered.typeNamed(name, bitSize[T]())
		if own != nil {
			b, found = builtinOfType[T](own)
		}
	}
	switch {
	case found && len(preset) > 0 && len(members) > 0:
		return nil, fmt.Errorf("%s has no parameters: use %s", short(name), b.name)
	case found:
		name, err = b.name, wrong
		if err == nil {
			err = b.set(append(preset, members...), text)
		}
		a = b.value()
	case own != nil && wrong != nil:
		err = wrong
	case own != nil:
		a, err = buildOwn[T](own, members)
	case sameName(name, "func"):
		return nil, errors.New("a func is code, which cannot be read: make it a type, and Register that")
	default:
		return nil, fmt.Errorf("%s is not known: want one of %s", short(strconv.Quote(name)), strings.Join(Names[T](), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// marshal is [Marshal], with errors that do not name the call.
func marshal[T Float](a Activation[T]) ([]byte, error) {
	data, err := marshalObject(a)
	if err != nil {
		return nil, err
	}
	if err := checkDepth(data); err != nil {
		return nil, err
	}
	return data, nil
}

// marshalObject is marshal for objects that are nested to any depth.
func marshalObject[T Float](a Activation[T]) ([]byte, error) {
	a = plain(a)
	if err := notNil(a); err != nil {
		return nil, err
	}
	b, found := builtinOf(a)
	if !found {
		return marshalOwn(a)
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	data := appendType(nil, b.name)
	for _, p := range b.parameters {
		if !p.isZero() {
			longer, err := p.append(append(data, `,"`+p.name+`":`...))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", b.name, err)
			}
			data = longer
		}
	}
	return append(data, '}'), nil
}

// notNil returns an error if there is no activation, or none that has data.
func notNil[T Float](a Activation[T]) error {
	switch v := reflect.ValueOf(a); {
	case a == nil:
		return errors.New("there is no activation")
	case v.Kind() == reflect.Pointer && v.IsNil():
		return fmt.Errorf("the %T is nil", a)
	}
	if _, ok := a.(Func[T]); ok {
		return errors.New("a Func is code: make it a type, and Register that")
	}
	return nil
}

// appendType appends an object that holds the type, and is not closed.
func appendType(data []byte, name string) []byte {
	return append(data, `{"type":"`+name+`"`...)
}

// marshalText returns the text of a, if that reads back as a.
func marshalText[T Float](a Activation[T]) (string, error) {
	a = plain(a)
	if err := notNil(a); err != nil {
		return "", err
	}
	b, found := builtinOf(a)
	if !found {
		return marshalOwnText(a)
	}
	if err := b.check(); err != nil {
		return "", err
	}
	if g, ok := a.(Gated[T]); ok {
		gate, err := marshalText[T](g.Gate)
		if err != nil {
			return "", fmt.Errorf("%s: gate: %w", b.name, err)
		}
		text := g.text(gate)
		if _, members, err := splitText[T](text); err != nil || string(members[0].value) != string(jsonString(gate)) {
			return "", fmt.Errorf("%s: a text does not hold its gate: use JSON", b.name)
		}
		return text, nil
	}
	text := a.(fmt.Stringer).String()
	if b.text == nil {
		return text, nil
	}
	again, err := parse[T](text)
	if err != nil {
		return "", err
	}
	if !sameBits(a.(Parametric[T]).Parameters(), again.(Parametric[T]).Parameters()) {
		return "", fmt.Errorf("%s: a text does not hold the learned parameters: use JSON", b.name)
	}
	return text, nil
}

// sameBits reports whether x and y are equal, the signs of zeros included.
func sameBits[T Float](x, y []T) bool {
	return slices.EqualFunc(x, y, func(a, b T) bool { return a == b && (a != 0 || 1/a == 1/b) })
}

// A parameter is a field of an activation with its name. A parameter that is not
// required has a default, and its field is 0 then. A 0 that is written down is an
// error, because the field would mean the default.
type parameter[T Float] struct {
	name     string
	alias    string // another name, or ""
	field    any    // *int, *T, *[]T, *bool or *Elementwise[T]
	required bool
	positive bool       // a T must be above 0
	finite   bool       // a T must be finite
	length   func() int // the length that a slice must have, if any

	// The other end of a range, of which this is one. Only if both are 0, they mean
	// the default.
	below, above *parameter[T]
}

// isZero reports whether the field has its default.
func (p parameter[T]) isZero() bool {
	switch f := p.field.(type) {
	case *int:
		return *f == 0
	case *T:
		// An end of a range may be −0, if the other end is not 0.
		end := cmp.Or(p.below, p.above)
		return *f == 0 && (end == nil || *end.field.(*T) == 0 || !math.Signbit(float64(*f)))
	case *bool:
		return !*f
	case *Elementwise[T]:
		return *f == nil
	}
	return len(*p.field.(*[]T)) == 0
}

// check returns what is wrong with a value that was written down.
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
		if p.finite && *f-*f != 0 {
			return fmt.Errorf("%s = %s, want a finite number", p.name, decimal(*f))
		}
		if end := p.below; end != nil && !(*f <= *end.field.(*T)) {
			return fmt.Errorf("%s = %s, want at most %s = %s", p.name, decimal(*f), end.name, decimal(*end.field.(*T)))
		}
		if end := p.above; end != nil && !(*f >= *end.field.(*T)) {
			return fmt.Errorf("%s = %s, want at least %s = %s", p.name, decimal(*f), end.name, decimal(*end.field.(*T)))
		}
		if end := cmp.Or(p.below, p.above); *f == 0 && (end == nil || end.isZero()) {
			return fmt.Errorf("%s = 0, which would mean the default: leave it out, or choose another value", p.name)
		}
	case *Elementwise[T]:
		if err := notNil[T](*f); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if b, found := builtinOf(plain[T](*f)); found {
			if err := b.check(); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
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
func (p parameter[T]) append(data []byte) ([]byte, error) {
	switch f := p.field.(type) {
	case *int:
		return strconv.AppendInt(data, int64(*f), 10), nil
	case *T:
		return appendNumber(data, *f), nil
	case *bool:
		return strconv.AppendBool(data, *f), nil
	case *Elementwise[T]:
		inside, err := marshal[T](*f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		return append(data, inside...), nil
	}
	data = append(data, '[')
	for i, v := range *p.field.(*[]T) {
		if i > 0 {
			data = append(data, ',')
		}
		data = appendNumber(data, v)
	}
	return append(data, ']'), nil
}

// set sets the field to a JSON value.
func (p parameter[T]) set(value []byte) (err error) {
	switch f := p.field.(type) {
	case *int:
		*f, err = readSize(value)
	case *T:
		*f, err = readNumber[T](value)
	case *bool:
		*f, err = readBool(value)
	case *Elementwise[T]:
		*f, err = readElementwise[T](value)
	case *[]T:
		*f, err = readNumbers[T](value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// readElementwise reads an element-wise activation: an object of Marshal, or a
// text.
func readElementwise[T Float](value []byte) (Elementwise[T], error) {
	var a Activation[T]
	var err error
	if value[0] == '"' {
		var text string
		if err = json.Unmarshal(value, &text); err == nil {
			a, err = parse[T](text)
		}
	} else {
		a, err = unmarshal[T](value)
	}
	if err != nil {
		return nil, err
	}
	e, ok := a.(Elementwise[T])
	if !ok {
		return nil, fmt.Errorf("%s is not Elementwise: a gate needs At and DerivativeAt", short(nameOf(a)))
	}
	return e, nil
}

// setAll sets the parameters to the values of the members, and checks them.
func setAll[T Float](parameters []parameter[T], members []member) error {
	given := make([]bool, len(parameters))
	for _, m := range members {
		i := slices.IndexFunc(parameters, func(p parameter[T]) bool {
			return sameName(m.key, p.name) || p.alias != "" && sameName(m.key, p.alias)
		})
		if i < 0 {
			return unknownParameter(m.key, parameters)
		}
		if given[i] {
			return fmt.Errorf("%s is given twice", short(strconv.Quote(m.key)))
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

// unknownParameter returns an error that lists those that are known.
func unknownParameter[T Float](key string, parameters []parameter[T]) error {
	var known []string
	for _, p := range parameters {
		known = append(known, p.name)
	}
	list := "its parameters are " + strings.Join(known, ", ")
	if known == nil {
		list = "it has no parameters"
	}
	return fmt.Errorf("%s is not known: %s", short(strconv.Quote(key)), list)
}
