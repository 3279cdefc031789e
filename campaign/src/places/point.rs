//! A point on the map, kept as whole hundred-thousandths of a degree (about one metre), so that a place read back from the
//! journal is the same place to the last digit.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// WGS 84 latitude and longitude in units of 1e-5 degrees. In JSON: `{"lat": 21.0386, "lon": 105.838}`, decimal degrees.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Point {
    lat: i32,
    lon: i32,
}

/// A latitude or longitude that is not on the globe, or not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a latitude is within ±90 degrees, a longitude within ±180")]
pub struct NotOnTheGlobe;

impl Point {
    /// Decimal degrees, rounded to five places.
    pub fn new(lat: f64, lon: f64) -> Result<Self, NotOnTheGlobe> {
        // NaN is in no range.
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            return Err(NotOnTheGlobe);
        }
        Ok(Self { lat: (lat * SCALE).round() as i32, lon: (lon * SCALE).round() as i32 })
    }

    /// Latitude in decimal degrees, north positive.
    pub fn lat(self) -> f64 {
        f64::from(self.lat) / SCALE
    }

    /// Longitude in decimal degrees, east positive.
    pub fn lon(self) -> f64 {
        f64::from(self.lon) / SCALE
    }

    /// Great-circle distance in kilometres on a sphere of 6,371 km: right within half a percent.
    pub fn km_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat().to_radians(), other.lat().to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lon = ((other.lon() - self.lon()).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lon * half_lon;
        2.0 * 6_371.0 * h.sqrt().min(1.0).asin()
    }
}

const SCALE: f64 = 100_000.0;

#[derive(Serialize, Deserialize, ToSchema)]
struct Degrees {
    /// Latitude in decimal degrees, north positive.
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    /// Longitude in decimal degrees, east positive.
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
}

impl PartialSchema for Point {
    fn schema() -> RefOr<Schema> {
        Degrees::schema()
    }
}

impl ToSchema for Point {}

impl From<Point> for Degrees {
    fn from(point: Point) -> Self {
        Self { lat: point.lat(), lon: point.lon() }
    }
}

impl TryFrom<Degrees> for Point {
    type Error = NotOnTheGlobe;

    fn try_from(degrees: Degrees) -> Result<Self, NotOnTheGlobe> {
        Self::new(degrees.lat, degrees.lon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_survives_json_to_the_last_digit() {
        for (lat, lon) in [(21.0386, 105.838), (8.69810, 106.61150), (-0.00001, 179.99999), (9.0, 105.1)] {
            let point = Point::new(lat, lon).unwrap();
            let json = serde_json::to_string(&point).unwrap();
            assert_eq!(serde_json::from_str::<Point>(&json).unwrap(), point, "{json}");
        }
        assert_eq!(
            serde_json::to_string(&Point::new(21.0386, 105.838).unwrap()).unwrap(),
            r#"{"lat":21.0386,"lon":105.838}"#
        );
    }

    #[test]
    fn points_off_the_globe_are_refused() {
        assert_eq!(Point::new(105.8, 21.0), Err(NotOnTheGlobe), "latitude and longitude swapped");
        assert_eq!(Point::new(f64::NAN, 105.0), Err(NotOnTheGlobe));
        assert_eq!(Point::new(21.0, f64::INFINITY), Err(NotOnTheGlobe));
        assert!(serde_json::from_str::<Point>(r#"{"lat":91,"lon":0}"#).is_err());
    }

    #[test]
    fn hanoi_to_ho_chi_minh_city_is_about_1140_km() {
        let km = Point::new(21.0278, 105.8342).unwrap().km_to(Point::new(10.7769, 106.7009).unwrap());
        assert!((1_135.0..1_150.0).contains(&km), "{km}");
        assert_eq!(Point::new(1.0, 1.0).unwrap().km_to(Point::new(1.0, 1.0).unwrap()), 0.0);
    }
}
