class TensorBoard:
    pass
