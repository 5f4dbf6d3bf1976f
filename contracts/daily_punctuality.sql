select
  flights.year,
  flights.month,
  flights.carrier,
  max(airlines.name) as carrier_name,
  make_date(flights.year, flights.month, flights.day) as flight_date,
  count(*) as flights,
  count(*) filter (where flights.dep_time is null) as cancelled,
  count(*) filter (where flights.arr_delay > 15) as delayed,
  cast(count(*) filter (where flights.arr_delay <= 15) as double) / count(*) as on_time_share,
  avg(flights.arr_delay) as mean_arrival_delay
from flights
left join airlines on airlines.carrier = flights.carrier
group by flights.year, flights.month, flights.carrier, make_date(flights.year, flights.month, flights.day)
