//! A JSON body, or a problem that says what is wrong with it.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::{App, Problem};

/// A request body read as JSON.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Body<T>, Problem> {
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(value)) => Ok(Body(value)),
            Err(rejection) => {
                let mut problem = Problem::malformed(rejection.body_text());
                problem.status = rejection.status().as_u16();
                Err(problem)
            }
        }
    }
}
