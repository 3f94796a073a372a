//! The `Key` derive of heliostat: it asserts every field, so that an error points at the culprit.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, parse_quote};

/// Implements `heliostat::Key` for a struct or an enum all of whose fields are keys.
///
/// The bytes of a key are those of its serde encoding, so `PartialEq`, `Serialize` and
/// `Deserialize` should be derived too. Type parameters have to be keys themselves.
///
/// The trait `heliostat::Key` has an example.
#[proc_macro_derive(Key)]
pub fn derive_key(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    key(input).unwrap_or_else(Error::into_compile_error).into()
}

fn key(mut input: DeriveInput) -> Result<TokenStream, Error> {
    let asserts = match &input.data {
        Data::Struct(data) => asserts(&data.fields),
        Data::Enum(data) => data.variants.iter().map(|variant| asserts(&variant.fields)).collect(),
        Data::Union(data) => {
            return Err(Error::new(
                data.union_token.span,
                "a union cannot be a key: nothing tells which of its fields is alive\n\
                 help: use an enum",
            ));
        }
    };
    for parameter in input.generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::heliostat::Key));
    }
    let name = &input.ident;
    let (parameters, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters ::heliostat::Key for #name #arguments #bounds {}

        const _: () = {
            fn assert_key<HeliostatKey: ::heliostat::Key>() {}
            #[allow(dead_code, reason = "it is compiled for its bounds, not to be called")]
            fn assert_fields #parameters () #bounds {
                #asserts
            }
        };
    })
}

/// One line per field that holds only if its type is a key, blamed on that type.
fn asserts(fields: &Fields) -> TokenStream {
    let lines = fields.iter().map(|field| {
        let of = &field.ty;
        quote_spanned! { of.span() => assert_key::<#of>(); }
    });
    lines.collect()
}
