from django.urls import path

from config.demo import views

urlpatterns = [
    path("", views.demo, name="demo"),
    path("sign-in/<slug:guise>/", views.sign_in, name="demo-sign-in"),
    path("companies/<str:domain>.json", views.company_file, name="demo-company-file"),
    path("sponsor/<uuid:proposal>/", views.let_others_sponsor, name="demo-sponsor"),
    path("vote/<uuid:poll>/", views.let_others_vote, name="demo-vote"),
]
