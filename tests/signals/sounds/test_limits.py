from clew.signals.sounds.limits import limits


def test_limits_are_those_of_the_curve_file_and_in_order():
    assert 0.1 < limits().possible < limits().match < 1
