"""What the language model is told: our own words, in English and in Chinese, and what it is asked."""

import base64
from typing import Any, Literal

from backend.prompt_helper.language import CHINESE, script_of

Task = Literal["enhance", "describe"]
Language = Literal["en", "zh"]
Messages = list[dict[str, Any]]

_INSTRUCTIONS: dict[tuple[Task, Language], str] = {
    ("enhance", "en"): (
        "You rewrite prompts for an image model that reads plain sentences. Keep the subject, the number of things, "
        "the colours and the style that the prompt names. Add what it leaves open and a painter would need: setting, "
        "composition, light, materials, viewpoint. Describe only what can be seen. Write in the language of the "
        "prompt, as one paragraph of at most 150 words. Words in quotes are written in the picture: copy them to the "
        "letter, with their quotes, and put nothing else in quotes. Copy {{names}}, __names__, {a|b}, <lora:name:1> "
        "and (words:1.3) to the letter. Answer with the new prompt alone: no heading, no explanation."
    ),
    ("enhance", "zh"): (
        "你为一个读自然语句的图像模型改写提示词。保留提示词中的主体、数量、颜色和风格；"
        "补上它没有说、而画家需要知道的内容：场景、构图、光线、材质、视角。只写看得见的东西。"
        "用提示词的语言写，一段话，不超过 200 字。"
        "引号中的文字会写在画面里：连同引号一字不差地照抄，其他内容不要加引号。"
        "{{名称}}、__名称__、{甲|乙}、<lora:名称:1> 和 (词:1.3) 一字不差地照抄。只回答新的提示词，不要标题，不要解释。"
    ),
    ("describe", "en"): (
        "Describe this picture as a prompt from which an image model could draw it anew: subject, setting, "
        "composition, light, colours, materials, style. Describe only what can be seen. Put text that is written in "
        "the picture in double quotes, to the letter, and nothing else. Write English, one paragraph of at most 150 "
        "words. Answer with the description alone: no heading, no explanation."
    ),
    ("describe", "zh"): (
        "把这张图片描述成一段提示词，让图像模型能据此重新画出：主体、场景、构图、光线、颜色、材质、风格。"
        "只写看得见的东西。画面中的文字一字不差地写在双引号里，其他内容不要加引号。"
        "用中文写，一段话，不超过 200 字。只回答描述，不要标题，不要解释。"
    ),
}


def language_of(text: str, otherwise: Language = "en") -> Language:
    """Return in which of our two languages the model is told: Chinese where the text is, `otherwise` without any."""
    script = script_of(text)
    return otherwise if not script else "zh" if script == CHINESE else "en"


def enhancing(prompt: str) -> Messages:
    """Return the messages that ask for a better wording of a prompt."""
    return [_instruction("enhance", language_of(prompt)), {"role": "user", "content": prompt}]


def describing(picture: bytes, language: Language) -> Messages:
    """Return the messages that ask what a picture (JPEG) shows; it travels inside them."""
    address = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
    shown = [{"type": "image_url", "image_url": {"url": address}}]
    return [_instruction("describe", language), {"role": "user", "content": shown}]


def _instruction(task: Task, language: Language) -> dict[str, Any]:
    return {"role": "system", "content": _INSTRUCTIONS[task, language]}
