"""What a layer and a graph of layers are."""
