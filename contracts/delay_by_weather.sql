select
  flights.origin,
  max(airports.name) as origin_name,
  flights.time_hour,
  count(*) as flights,
  count(flights.dep_time) as departed,
  count(*) filter (where flights.dep_delay > 15) as delayed,
  avg(flights.dep_delay) as mean_departure_delay,
  max(weather.visib) as visibility,
  max(weather.wind_speed) as wind_speed,
  max(weather.precip) as precipitation
from flights
left join weather
  on weather.origin = flights.origin and weather.time_hour = flights.time_hour
left join airports on airports.faa = flights.origin
group by flights.origin, flights.time_hour
