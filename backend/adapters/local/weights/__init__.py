"""Files of weights: read by their headers, checked, and recognised by their tensors' names, without torch.

May import: domain.
"""
