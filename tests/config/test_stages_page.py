from config.management.commands.stages import PAGE, page


def test_the_page_of_stages_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: manage.py stages"
