const inFrame = (selector) => cy.get(selector).its('0.contentDocument.body').should('not.be.empty').then(cy.wrap);

const fill = (number) => {
  const card = 'iframe[name^="__privateStripeFrame"]';
  inFrame(card).find('input[name="cardnumber"]').type(number);
  inFrame(card).find('input[name="exp-date"]').type('1234');
  inFrame(card).find('input[name="cvc"]').type('123');
  inFrame(card).find('input[name="postal"]').type('94107');
};

describe('checkout', () => {
  beforeEach(() => cy.visit('/'));

  it('pays', () => {
    fill('4242424242424242');
    cy.contains('button', 'Pay').click();
    cy.contains('Payment succeeded.');
  });

  it('passes 3-D Secure', () => {
    fill('4000002760003184');
    cy.contains('button', 'Pay').click();
    inFrame('body > div > iframe').find('#challengeFrame').its('0.contentDocument.body').should('not.be.empty')
      .then(cy.wrap).find('#test-source-authorize-3ds').click();
    cy.contains('Payment succeeded.');
  });

  it('shows a decline', () => {
    fill('4000000000000002');
    cy.contains('button', 'Pay').click();
    cy.contains('Your card was declined.');
  });
});
