"""What callers do with tasks: submit, ask, cancel, list."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from test_uploads import uploaded

from builders import MODEL, NOON, SMALL, a_card, a_request, an_image
from understudy.core.faults import Conflict, InvalidRequest, MediaProblem, MediaRefused, NotFound, Unavailable
from understudy.core.ports import Outcome
from understudy.core.request import MediaFacts, Medium
from understudy.core.task import SENT_PROMPT, Artifact, Status, Task, TaskFilter
from understudy.core.wire import Canceled
from understudy.service.accounts import Caller
from understudy.service.uploads import INLINE
from world import BASE_URL, World

BOB = Caller("bob", "9")
LEASE = timedelta(seconds=15)


async def claimed(world: World) -> Task:
    task = await world.store.tasks.claim("worker", world.clock.now(), LEASE, {}, 3)
    assert task is not None
    return task


async def succeeded(world: World, task: Task) -> Task:
    """The task ended by hand, as a worker ends it."""
    running = await claimed(world)
    assert running.task_id == task.task_id
    ended = world.clock.now()
    facts = MediaFacts(Medium.VIDEO, "mp4", 1, size=SMALL)
    artifact = Artifact("takes/2026-03-01/one.mp4", "0" * 64, facts, ended + timedelta(hours=24))
    outcome = Outcome(Status.SUCCEEDED, ended, artifact, expires=ended + timedelta(hours=24))
    done = await world.store.tasks.finish(running, outcome)
    assert done is not None
    return done


class TestSubmit:
    async def test_writes_a_pending_task_and_wakes_the_worker(self, world: World) -> None:
        task = await world.submit(a_request(seed=3))
        assert task == await world.store.tasks.get(task.task_id)
        assert (task.status, task.submitted, task.expires) == (Status.PENDING, NOON, NOON + timedelta(hours=24))
        assert (task.account, task.key_id, task.request.seed) == ("alice", "1", 3)
        assert await world.store.tasks.body(task.task_id) == b"{}"
        assert world.woken == 1

    async def test_keeps_the_prompt_as_sent_beside_the_one_that_is_used(self, world: World) -> None:
        most = world.card.prompt_characters
        for sent, told in (("p" * most, None), ("p" * (most + 1), "p" * (most + 1)), ("p" * 100_000, "p" * 65536)):
            task = await world.submit(a_request(prompt=sent))
            kept = await world.store.tasks.get(task.task_id)
            assert kept is not None
            assert (kept.request.prompt, kept.extras.get(SENT_PROMPT)) == ("p" * most, told)

    async def test_the_prompt_as_sent_outlives_the_work(self, world: World) -> None:
        sent = "p" * (world.card.prompt_characters + 1)
        done = await succeeded(world, await world.submit(a_request(prompt=sent)))
        assert done.extras[SENT_PROMPT] == sent

    async def test_fills_in_what_was_not_said_and_draws_a_seed(self, world: World) -> None:
        bare = a_request(size=None, tier=None, ratio=None, seconds=None, seed=None)
        one, two = await world.submit(bare), await world.submit(bare)
        assert (one.request.size, one.request.seconds) == (SMALL, 5)
        assert one.request.seed is not None
        assert 0 <= one.request.seed <= world.card.seed_most
        assert one.request.seed != two.request.seed  # one in two thousand million it is

    async def test_base64_is_kept_beside_the_task_and_found_again(self, world: World) -> None:
        data = "data:image/png;base64," + "QUJD" * 5000
        task = await world.submit(a_request("图1 waves.", an_image(data)))
        kept = task.request.references[0].url
        assert kept.startswith(INLINE)
        assert len(kept) < 200
        assert await world.uploads.read_inline(kept) == data

    async def test_a_caller_cannot_name_what_was_put_aside(self, world: World) -> None:
        data = "data:image/png;base64," + "QUJD" * 5000
        kept = (await world.submit(a_request("图1 waves.", an_image(data)))).request.references[0].url
        with pytest.raises(InvalidRequest):
            await world.submit(a_request("图1 waves.", an_image(kept)))
        with pytest.raises(MediaRefused):
            await world.submit(a_request("图1 waves.", an_image(f"oss://{kept.removeprefix(INLINE)}")))

    async def test_a_wrong_request_writes_nothing(self, world: World) -> None:
        with pytest.raises(InvalidRequest):
            await world.submit(a_request(seconds=99))
        with pytest.raises(NotFound) as refused:
            await world.submit(a_request(model="no-such-model"))
        assert refused.value.what == "model"
        assert (await world.store.tasks.list("alice", TaskFilter())).total == 0
        assert world.woken == 0

    async def test_an_alias_is_written_as_the_model(self, world: World) -> None:
        world.card = a_card(aliases=("toy",))
        world.__post_init__()
        task = await world.submit(a_request(model="toy"))
        assert task.request.model == MODEL

    async def test_an_upload_of_ones_own_is_taken(self, world: World) -> None:
        url = await uploaded(world, model=MODEL)
        assert (await world.submit(a_request("图1", an_image(url)))).request.references[0].url == url

    @pytest.mark.parametrize("as_voice", [False, True])
    async def test_an_upload_of_another_account_is_refused_at_once(self, world: World, as_voice: bool) -> None:
        url = await uploaded(world, model=MODEL)
        reference = an_image(voice=url) if as_voice else an_image(url)
        with pytest.raises(MediaRefused) as refused:
            await world.submit(a_request("图1", reference), BOB)
        assert refused.value.problem is MediaProblem.NOT_YOURS
        assert refused.value.path == "input.media[0]." + ("reference_voice" if as_voice else "url")
        assert (await world.store.tasks.list("bob", TaskFilter())).total == 0

    async def test_when_the_store_is_down_the_caller_hears_it_and_nobody_is_woken(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def down(*_: object) -> None:
            raise Unavailable

        monkeypatch.setattr(world.store.tasks, "add", down)
        with pytest.raises(Unavailable):
            await world.submit()
        assert world.woken == 0


class TestStatus:
    async def test_tells_its_owner_whatever_key_he_uses(self, world: World) -> None:
        task = await world.submit()
        told = await world.tasks.status(Caller("alice", "another key"), task.task_id, BASE_URL)
        assert (told.task, told.result_url) == (task, None)

    async def test_others_learn_not_even_that_it_exists(self, world: World) -> None:
        task = await world.submit()
        told = await world.tasks.status(BOB, task.task_id, BASE_URL)
        assert (told.task_id, told.task) == (task.task_id, None)
        assert (await world.tasks.status(world.caller, "no-such-task", BASE_URL)).task is None

    async def test_a_success_comes_with_a_link_that_opens(self, world: World) -> None:
        task = await world.submit()
        done = await succeeded(world, task)
        url = (await world.tasks.status(world.caller, task.task_id, BASE_URL)).result_url
        assert url is not None
        assert url.startswith(f"{BASE_URL}/results/takes/2026-03-01/one.mp4?")
        query = dict(pair.split("=") for pair in urlsplit(url).query.split("&"))
        assert done.artifact is not None
        world.links.check(done.artifact.key, query["Expires"], query["Signature"])

    async def test_a_day_after_its_end_it_is_unknown(self, world: World) -> None:
        task = await world.submit()
        world.clock.move(hours=2)
        await succeeded(world, task)
        world.clock.move(hours=23, minutes=59)
        assert (await world.tasks.status(world.caller, task.task_id, BASE_URL)).result_url
        world.clock.move(minutes=1)
        assert (await world.tasks.status(world.caller, task.task_id, BASE_URL)).task is None


class TestCancel:
    async def test_a_waiting_task_is_canceled(self, world: World) -> None:
        task = await world.submit()
        assert await world.tasks.cancel(world.caller, task.task_id) == Canceled(task.task_id)
        assert (await world.told(task)).status is Status.CANCELED
        assert await world.store.tasks.claim("worker", world.clock.now(), LEASE, {}, 3) is None

    async def test_once_it_runs_the_documented_answer_is_no(self, world: World) -> None:
        task = await world.submit()
        await claimed(world)
        with pytest.raises(Conflict, match="please confirm if the task is in PENDING status"):
            await world.tasks.cancel(world.caller, task.task_id)
        assert not (await world.told(task)).cancel_wanted

    async def test_unless_running_ones_may_be_canceled_too(self, world: World) -> None:
        task = await world.submit()
        await claimed(world)
        await world.tasks.cancel(world.caller, task.task_id, running=True)
        assert (await world.told(task)).cancel_wanted

    @pytest.mark.parametrize("running", [False, True])
    async def test_what_has_ended_stays_as_it_is(self, world: World, running: bool) -> None:
        task = await world.submit()
        await world.tasks.cancel(world.caller, task.task_id)
        with pytest.raises(Conflict):
            await world.tasks.cancel(world.caller, task.task_id, running=running)
        other = await world.submit()
        await succeeded(world, other)
        with pytest.raises(Conflict):
            await world.tasks.cancel(world.caller, other.task_id, running=running)
        assert (await world.told(other)).status is Status.SUCCEEDED

    async def test_nobody_cancels_anothers(self, world: World) -> None:
        task = await world.submit()
        for task_id in (task.task_id, "no-such-task"):
            with pytest.raises(NotFound):
                await world.tasks.cancel(BOB, task_id)
        assert (await world.told(task)).status is Status.PENDING


async def test_a_list_shows_the_accounts_own_tasks_newest_first(world: World) -> None:
    mine = []
    for _ in range(3):
        mine.append(await world.submit())
        world.clock.move(seconds=1)
    await world.submit(caller=BOB)
    page = (await world.tasks.list(world.caller, TaskFilter(page_size=2))).page
    assert [t.task_id for t in page.tasks] == [mine[2].task_id, mine[1].task_id]
    assert page.total == 3


async def test_a_task_is_known_by_every_shape_of_its_id(world: World) -> None:
    """What one wire answered may be asked of any other. Source: spec/gateways.md §1.1, one id space."""
    task = await world.submit()
    number = UUID(task.task_id)
    for text in (task.task_id, str(number.int), f"video_{number.hex}"):
        assert (await world.tasks.status(world.caller, text, "")).task == task
    for text in ("", "0" * 40, f"video_{number.hex}0", f"video_{'g' * 32}", str(1 << 128), "-1"):
        assert (await world.tasks.status(world.caller, text, "")).task is None
    assert (await world.tasks.cancel(world.caller, str(number.int))) == Canceled(str(number.int))
    assert (await world.tasks.status(world.caller, task.task_id, "")).task.status is Status.CANCELED  # type: ignore[union-attr]
