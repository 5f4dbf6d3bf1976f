def test_the_products_of_a_published_dataset_are_named_in_waves(lake):
    lake.arrive("flights/a.csv")
    event = lake.publish_run()["event"]
    assert lake.plan_products(event) == [["daily"]]


def test_a_dataset_that_no_product_reads_has_none(lake):
    assert lake.plan_products({"dataset": "weather"}) == []
