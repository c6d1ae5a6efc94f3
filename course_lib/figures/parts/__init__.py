"""What figures are made of.

svg     elements, labels, nodes, edges, the frame
curves  curves that follow sliders: what chapters 08 to 11 have in common
"""
