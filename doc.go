// Package activation holds the activation functions of neural networks.
package activation
