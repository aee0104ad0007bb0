from pipeline.model.fidelity.cases import CasesAsked, cost_of


def asked(model, strict, number):
    return CasesAsked(model=model, run=f"reports/000{number}_{model}", strict=strict, cases=57)


def test_cases_that_are_lost_are_said_of_each_model():
    assert cost_of([asked("fused", 48, 1), asked("5bit", 46, 2), asked("4bit", 27, 3)]) == [
        "fused passes 48 of 57 cases (0001_fused)",
        "5bit passes 46 of 57 cases, 2 fewer (0002_5bit)",
        "4bit passes 27 of 57 cases, 21 fewer (0003_4bit)",
    ]


def test_a_model_that_passes_more_lost_nothing():
    lines = cost_of([asked("fused", 48, 1), asked("5bit", 49, 2), asked("6bit", 48, 3)])
    assert lines[1:] == [
        "5bit passes 49 of 57 cases, 1 more (0002_5bit)",
        "6bit passes 48 of 57 cases, as many (0003_6bit)",
    ]


def test_a_fused_model_alone_is_held_against_nothing():
    assert cost_of([asked("fused", 48, 1)]) == ["fused passes 48 of 57 cases (0001_fused)"]
