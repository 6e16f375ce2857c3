//! A matrix product, in the terms of libraries.

use ::faer::linalg::matmul::matmul;
use ::faer::{Accum, MatMut, MatRef, Par};
use ::nalgebra::{DMatrixView, DMatrixViewMut};
use thalweg_kernels::Buffer;

use crate::inputs;

/// Which index of a matrix is contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Row after row.
    Rows,
    /// Column after column.
    Columns,
}

/// A matrix of f32 in memory, without gaps.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    elements: &'a [f32],
    /// Rows and columns.
    size: [usize; 2],
    order: Order,
}

/// Copies of A and B that are stored column after column, as C is: for libraries made for that.
pub struct ByColumns {
    a: Buffer<f32>,
    b: Buffer<f32>,
}

/// C = A B.
#[derive(Debug)]
pub struct Gemm<'a> {
    /// m × k
    pub a: Matrix<'a>,
    /// k × n
    pub b: Matrix<'a>,
    /// m × n
    c: &'a mut [f32],
    order: Order,
}

/// Numbers from one row to the next, and from one column to the next.
fn strides([rows, columns]: [usize; 2], order: Order) -> [usize; 2] {
    match order {
        Order::Rows => [columns, 1],
        Order::Columns => [1, rows],
    }
}

impl<'a> Matrix<'a> {
    /// `rows` × `columns` elements.
    ///
    /// # Panics
    ///
    /// If there are not as many elements.
    pub fn new(elements: &'a [f32], [rows, columns]: [usize; 2], order: Order) -> Self {
        assert_eq!(elements.len(), rows * columns);
        Self { elements, size: [rows, columns], order }
    }

    /// The same elements as the transpose's.
    #[must_use]
    pub fn transpose(self) -> Self {
        let order = if self.order == Order::Rows { Order::Columns } else { Order::Rows };
        Self { size: [self.size[1], self.size[0]], order, ..self }
    }

    /// Its elements, column after column.
    pub fn by_columns(&self) -> Buffer<f32> {
        let [rows, columns] = self.size;
        let [down, right] = self.strides();
        inputs::aligned((0..rows * columns).map(|at| self.elements[at % rows * down + at / rows * right]))
    }

    /// Rows and columns.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Its first element.
    pub fn as_ptr(&self) -> *const f32 {
        self.elements.as_ptr()
    }

    /// Numbers from one row to the next, and from one column to the next.
    pub fn strides(&self) -> [usize; 2] {
        strides(self.size, self.order)
    }

    /// Which index is contiguous.
    pub fn order(&self) -> Order {
        self.order
    }
}

impl<'a> Gemm<'a> {
    /// C = A B, C being in that order.
    ///
    /// # Panics
    ///
    /// If the sizes do not fit.
    pub fn new(a: Matrix<'a>, b: Matrix<'a>, c: &'a mut [f32], order: Order) -> Self {
        assert!(a.size[1] == b.size[0] && c.len() == a.size[0] * b.size[1]);
        Self { a, b, c, order }
    }

    /// m, n and k.
    pub fn size(&self) -> [usize; 3] {
        [self.a.size[0], self.b.size[1], self.a.size[1]]
    }

    /// Numbers of C from one row to the next, and from one column to the next.
    pub fn c_strides(&self) -> [usize; 2] {
        let [m, n, _] = self.size();
        strides([m, n], self.order)
    }

    /// The first element of C.
    pub fn c_mut_ptr(&mut self) -> *mut f32 {
        self.c.as_mut_ptr()
    }

    /// The same product with C column after column: of the transposes, in the other order, if need be.
    #[must_use]
    pub fn by_columns(self) -> Self {
        match self.order {
            Order::Columns => self,
            Order::Rows => Self { a: self.b.transpose(), b: self.a.transpose(), c: self.c, order: Order::Columns },
        }
    }

    /// The same product of copies.
    #[must_use]
    pub fn on(self, copies: &'a ByColumns) -> Self {
        let gemm = self.by_columns();
        let a = Matrix::new(&copies.a, gemm.a.size, Order::Columns);
        Self { a, b: Matrix::new(&copies.b, gemm.b.size, Order::Columns), ..gemm }
    }
}

impl ByColumns {
    /// Of a product's A and B.
    pub fn new(gemm: Gemm<'_>) -> Self {
        let gemm = gemm.by_columns();
        Self { a: gemm.a.by_columns(), b: gemm.b.by_columns() }
    }
}

/// The product of faer.
pub(super) fn faer(gemm: Gemm<'_>) {
    fn view<'a>(matrix: &Matrix<'a>) -> MatRef<'a, f32> {
        let [rows, columns] = matrix.size;
        match matrix.order {
            Order::Rows => MatRef::from_row_major_slice(matrix.elements, rows, columns),
            Order::Columns => MatRef::from_column_major_slice(matrix.elements, rows, columns),
        }
    }
    let [m, n, _] = gemm.size();
    let (a, b) = (view(&gemm.a), view(&gemm.b));
    let c = match gemm.order {
        Order::Rows => MatMut::from_row_major_slice_mut(gemm.c, m, n),
        Order::Columns => MatMut::from_column_major_slice_mut(gemm.c, m, n),
    };
    matmul(c, Accum::Replace, a, b, 1.0, Par::Seq);
}

/// The product of matrixmultiply.
#[expect(unsafe_code, reason = "the crate has no other interface")]
pub(super) fn matrixmultiply(mut gemm: Gemm<'_>) {
    let [m, n, k] = gemm.size();
    let (a, b, c) = (gemm.a.as_ptr(), gemm.b.as_ptr(), gemm.c_mut_ptr());
    let [[a_down, a_right], [b_down, b_right], [c_down, c_right]] =
        [gemm.a.strides(), gemm.b.strides(), gemm.c_strides()].map(|strides| strides.map(usize::cast_signed));
    // SAFETY: the matrices are as large as the strides say, and C is borrowed mutably.
    unsafe {
        ::matrixmultiply::sgemm(m, k, n, 1.0, a, a_down, a_right, b, b_down, b_right, 0.0, c, c_down, c_right);
    }
}

/// The product of nalgebra, which is made for matrices that are stored column after column.
pub(super) fn nalgebra(gemm: Gemm<'_>) {
    assert!([gemm.a.order, gemm.b.order, gemm.order] == [Order::Columns; 3]);
    fn view<'a>(matrix: &Matrix<'a>) -> DMatrixView<'a, f32> {
        DMatrixView::from_slice(matrix.elements, matrix.size[0], matrix.size[1])
    }
    let [m, n, _] = gemm.size();
    DMatrixViewMut::from_slice(gemm.c, m, n).gemm(1.0, &view(&gemm.a), &view(&gemm.b), 0.0);
}
