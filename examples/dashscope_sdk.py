"""The official DashScope SDK against an Understudy server: the base URL is changed, nothing else.

    pip install dashscope
    DASHSCOPE_API_KEY=sk-… python examples/dashscope_sdk.py http://127.0.0.1:8000/api/v1 girl.png boy.mp4

Local files are uploaded by the SDK itself.
"""

from __future__ import annotations

import sys
import urllib.request
from http import HTTPStatus
from pathlib import Path

import dashscope
from dashscope import VideoSynthesis


def main(base_url: str, image: Path, video: Path, output: Path) -> None:
    dashscope.base_http_api_url = base_url
    answer = VideoSynthesis.call(
        model="wan2.6-r2v-flash",
        prompt="character1说：“你好！”character2笑着回答：“很高兴见到你。”",
        reference_urls=[str(image), f"file://{video.resolve()}"],
        size="1280*720",
        duration=5,
        shot_type="multi",
        audio=True,
    )
    if answer.status_code != HTTPStatus.OK or answer.output.task_status != "SUCCEEDED":
        raise SystemExit(f"failed: {answer.code or answer.output}")
    urllib.request.urlretrieve(answer.output.video_url, output)
    print(f"{output}  made by {answer.output['engine']}, task {answer.output.task_id}")
    print(f"usage: {dict(answer.usage)}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4] if len(sys.argv) > 4 else "sdk.mp4"))
