package activation

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Any holds an activation of any type. It is for a field of a struct that is saved
// or configured:
//
//	type Layer struct {
//		Weights    []float32
//		Activation activation.Any[float32]
//	}
//
//	l := Layer{Activation: activation.Any[float32]{Activation: activation.ReLU[float32]{}}}
//
// encoding/json writes what [Marshal] writes, {"type":"relu"}. It reads that, and
// also a string that [Parse] reads: "relu", or "leaky_relu(alpha=0.2)". As usual in
// encoding/json, null changes nothing. encoding/gob writes the same JSON.
//
// [flag.TextVar], and libraries for YAML and TOML, use MarshalText and
// UnmarshalText, with the text of Parse. In YAML and TOML write that text, not the
// object: a library that finds an object does not call UnmarshalText, and may leave
// the Any empty without an error.
//
// Forward and Derivative are those of the activation inside. For other methods, use
// the field: l.Activation.Activation.(activation.Parametric[float32]). All
// functions of this package that take an activation use the activation inside an
// Any.
//
// The zero value holds no activation. Its MarshalJSON, MarshalText and GobEncode
// return an error. (encoding/gob leaves out a field that is zero, without an error.)
// For an optional field use the tag `json:",omitzero"` of Go 1.24.
// Its Forward and Derivative panic, as for a nil interface. Do not embed an Any in
// a struct with other fields: the methods of Any would become those of the struct,
// and the other fields would not be saved.
type Any[T Float] struct {
	Activation[T]
}

// String returns the text of MarshalText. If MarshalText has an error, String
// returns what the activation inside prints, or "<nil>".
func (a Any[T]) String() string {
	if text, err := marshalText[T](a); err == nil {
		return text
	}
	return fmt.Sprint(a.Activation)
}

// MarshalJSON implements [json.Marshaler]. The errors are those of [Marshal].
func (a Any[T]) MarshalJSON() ([]byte, error) {
	data, err := marshal[T](a)
	return data, failure("Any.MarshalJSON", err)
}

// UnmarshalJSON implements [json.Unmarshaler]. Its errors are those of [Unmarshal]
// and [Parse]. An error leaves a unchanged.
func (a *Any[T]) UnmarshalJSON(data []byte) error {
	const call = "Any.UnmarshalJSON"
	var text *string // nil for null
	if json.Unmarshal(data, &text) != nil {
		inside, err := unmarshal[T](data)
		return a.set(call, inside, err)
	}
	if text == nil {
		return nil
	}
	inside, err := parse[T](*text)
	return a.set(call, inside, err)
}

// MarshalText implements [encoding.TextMarshaler] with a text that [Parse] reads.
//
// It returns the errors of [Marshal]. It also returns an error if a text cannot
// hold the activation: a [PReLU] or [MaxoutLayer] whose parameters are not those
// that Parse would give it, and a type of [Register] with a field that does not read
// back from a text, such as a slice.
func (a Any[T]) MarshalText() ([]byte, error) {
	text, err := marshalText[T](a)
	if err != nil {
		return nil, failure("Any.MarshalText", err)
	}
	return []byte(text), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. Its errors are those of
// [Parse]. An error leaves a unchanged.
func (a *Any[T]) UnmarshalText(text []byte) error {
	inside, err := parse[T](string(text))
	return a.set("Any.UnmarshalText", inside, err)
}

// GobEncode implements [encoding/gob.GobEncoder]. It returns the JSON of [Marshal], which
// holds the parameters.
func (a Any[T]) GobEncode() ([]byte, error) {
	data, err := marshal[T](a)
	return data, failure("Any.GobEncode", err)
}

// GobDecode implements [encoding/gob.GobDecoder]. Its errors are those of [Unmarshal]. An
// error leaves a unchanged.
func (a *Any[T]) GobDecode(data []byte) error {
	inside, err := unmarshal[T](data)
	return a.set("Any.GobDecode", inside, err)
}

// set sets a to inside, unless there is an error.
func (a *Any[T]) set(call string, inside Activation[T], err error) error {
	if err == nil {
		a.Activation = inside
	}
	return failure(call, err)
}

// unbox returns the activation that an [Any] or a pointer to one holds, to any
// depth. It is nil if an Any is empty.
func unbox[T Float](a Activation[T]) Activation[T] {
	for {
		switch box := a.(type) {
		case Any[T]:
			a = box.Activation
		case *Any[T]:
			if box == nil {
				return a
			}
			a = box.Activation
		default:
			return a
		}
	}
}

// plain returns the value behind a, to any depth. For a pointer to a type of this package, that
// is the value it points to. For an [Any] or the result of [Parallel], it is the activation
// inside. A pointer to a type of another package stays a pointer, because the type may have
// methods on the pointer.
func plain[T Float](a Activation[T]) Activation[T] {
	for {
		a = unbox(a)
		if p, ok := a.(wrapper); ok {
			a = p.inside().(Activation[T])
			continue
		}
		v := reflect.ValueOf(a)
		if v.Kind() != reflect.Pointer || v.IsNil() || v.Type().Elem().PkgPath() != packagePath {
			return a
		}
		a = v.Elem().Interface().(Activation[T])
	}
}

// isNil reports whether a is nil, or a nil pointer to a type of this package.
func isNil(a any) bool {
	if a == nil {
		return true
	}
	v := reflect.ValueOf(a)
	return v.Kind() == reflect.Pointer && v.IsNil() && v.Type().Elem().PkgPath() == packagePath
}

var packagePath = reflect.TypeOf(Any[float32]{}).PkgPath()
