module example.com/activation

go 1.23
