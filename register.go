package activation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Register adds a type of your own to the types that [Parse], [Marshal],
// [Unmarshal] and [Any] know. a is any value of the type. Its fields do not matter.
// (For a type of this package, see below.) Register each type for float32 and for
// float64:
//
//	activation.Register("snake", Snake[float32]{})
//	activation.Register("snake", Snake[float64]{})
//
// Package encoding/json writes and reads the fields, and Marshal adds the type to
// the object. Implement json.Marshaler and json.Unmarshaler to change that, or to
// check the values that are read. Parse("snake") returns the zero value, so choose
// fields whose zero value is a good default. Parse("snake(beta=2)") sets the field
// Beta. Write a String method: a type that embeds [ReLU] inherits its String,
// "relu", and Parse reads that as a ReLU. JSON and MarshalText use the names of the
// fields, or those of their json tags, such as `json:"beta,omitempty"`. Case does
// not matter in these names, but underscores do. Numbers must be finite, as usual
// in encoding/json. The Gate of a [Gated] must be [Elementwise].
//
// If a is the zero value of a type of this package, Register adds another name for
// it. Marshal still writes the first name.
//
// Register panics
//
//   - if the name is taken, in any spelling that Parse reads as the same
//   - if the name has characters other than ASCII letters, digits and
//     underscores, or no letter and no digit
//   - if the name reads as a number or a bool, such as inf, 1e5 or true
//   - if a is nil or a [Func]
//   - if a has a type of this package, but is not its zero value: the name would not
//     hold the fields
//   - if a has a type of your own that has a name already
//
// Call Register from init functions. It is safe for concurrent use.
func Register[T Float](name string, a Activation[T]) {
	const call = "Register"
	a = plain(a)
	if isNil(a) {
		mistake(call, "a is nil")
	}
	if _, ok := a.(Func[T]); ok {
		mistake(call, "a Func is code: make it a type")
	}
	if !isName(name) {
		mistake(call, "%q is not a name of letters, digits and underscores", name)
	}
	if folded := fold(name); !bytes.Equal(textValue[T](folded), jsonString(folded)) {
		mistake(call, "%q reads as a number or a bool", name) // gate=inf would read as a number
	}
	t, bits := reflect.TypeOf(a), bitSize[T]()
	_, builtin := builtinOfType[T](t)
	_, _, taken := builtinNamed(builtins[T](), name)
	registered.Lock()
	defer registered.Unlock()
	key := registeredName{fold(name), bits}
	if taken || registered.types[key] != nil || sameName(name, "func") {
		mistake(call, "the name %s is taken", name)
	}
	if builtin && !reflect.ValueOf(a).IsZero() {
		mistake(call, "another name for %v needs its zero value: a name does not hold fields", t)
	}
	if !builtin {
		if _, known := registered.own[t]; known {
			mistake(call, "the type %v has a name already", t)
		}
		registered.own[t] = registeredName{name, bits}
	}
	registered.types[key] = t
}

// registered holds what Register adds.
var registered = registry{types: map[registeredName]reflect.Type{}, own: map[reflect.Type]registeredName{}}

type registry struct {
	sync.RWMutex
	types map[registeredName]reflect.Type // by folded names
	own   map[reflect.Type]registeredName // for types of other packages
}

type registeredName struct {
	name string
	bits int // of T
}

// typeNamed returns the type of that name, or nil.
func (r *registry) typeNamed(name string, bits int) reflect.Type {
	r.RLock()
	defer r.RUnlock()
	return r.types[registeredName{fold(name), bits}]
}

// nameOf returns the name of a type, or of what it points to, or "".
func (r *registry) nameOf(t reflect.Type) string {
	r.RLock()
	defer r.RUnlock()
	n, known := r.own[t]
	if !known && t.Kind() == reflect.Pointer {
		n = r.own[t.Elem()]
	}
	return n.name
}

// names returns the names of the types of other packages, in order.
func (r *registry) names(bits int) (names []string) {
	r.RLock()
	defer r.RUnlock()
	for _, n := range r.own {
		if n.bits == bits {
			names = append(names, n.name)
		}
	}
	slices.Sort(names)
	return names
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return fold(s) != ""
}

// ownMembers returns the registered name of a, and its fields in JSON, both as
// an object and split.
func ownMembers[T Float](a Activation[T]) (name string, object []byte, members []member, err error) {
	t := reflect.TypeOf(a)
	if name = registered.nameOf(t); name == "" {
		return "", nil, nil, fmt.Errorf("the type %v is not known: Register it", t)
	}
	object, err = json.Marshal(a)
	if err != nil {
		return "", nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	members, err = splitMembers(object)
	if err == nil {
		err = uniqueWithin(members)
	}
	if err != nil {
		return "", nil, nil, fmt.Errorf("%s: its JSON: %w", name, err)
	}
	for _, m := range members {
		if strings.EqualFold(m.key, "type") {
			return "", nil, nil, fmt.Errorf("%s: its JSON has a key %q, which is taken", name, m.key)
		}
	}
	return name, object, members, nil
}

// marshalOwn is marshal for a type that is not of this package.
func marshalOwn[T Float](a Activation[T]) ([]byte, error) {
	name, object, members, err := ownMembers(a)
	if err != nil {
		return nil, err
	}
	data := appendType(nil, name)
	if len(members) > 0 {
		data = append(data, ',')
	}
	return append(data, object[1:]...), nil
}

// marshalOwnText is marshalText for a type that is not of this package. The text
// comes from the JSON, since a String method may return anything.
func marshalOwnText[T Float](a Activation[T]) (string, error) {
	name, _, members, err := ownMembers(a)
	if err != nil {
		return "", err
	}
	text := name
	for i, m := range members {
		value := string(m.value)
		json.Unmarshal(m.value, &value) // a string; for other values it has an error, and does nothing
		separator := ", "
		if i == 0 {
			separator = "("
		}
		text += separator + m.key + "=" + value
	}
	if len(members) > 0 {
		text += ")"
	}
	if _, got, err := splitText[T](text); err != nil || !reflect.DeepEqual(got, members) {
		return "", fmt.Errorf("%s: a text does not hold all its fields: use JSON", name)
	}
	return text, nil
}

// buildOwn returns a value of the registered type t.
func buildOwn[T Float](t reflect.Type, members []member) (Activation[T], error) {
	if err := uniqueWithin(members); err != nil {
		return nil, err
	}
	object := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			object = append(object, ',')
		}
		object = append(append(append(object, jsonString(m.key)...), ':'), m.value...)
	}
	decoder := json.NewDecoder(bytes.NewReader(append(object, '}')))
	decoder.DisallowUnknownFields()
	v := reflect.New(t)
	if err := decoder.Decode(v.Interface()); err != nil {
		return nil, err
	}
	return v.Elem().Interface().(Activation[T]), nil
}
